/** Colours as VS Code hands them to a webview, for its own light, dark and high-contrast themes. */
const chart = (names) => Object.fromEntries(Object.entries(names).map(([name, colour]) => [`charts-${name}`, colour]));

export const THEMES = {
  dark: {
    kind: "vscode-dark",
    variables: {
      "editor-background": "#1f1f1f", "editor-foreground": "#cccccc", foreground: "#cccccc", descriptionForeground: "#9d9d9d",
      "sideBar-background": "#181818", "panel-border": "#2b2b2b", focusBorder: "#0078d4", "button-background": "#0078d4",
      "button-foreground": "#ffffff", "button-hoverBackground": "#026ec1", "button-secondaryBackground": "#313131",
      "button-secondaryForeground": "#cccccc", "button-secondaryHoverBackground": "#3c3c3c", "input-background": "#313131",
      "input-foreground": "#cccccc", "input-border": "#3c3c3c", "list-hoverBackground": "#2a2d2e", errorForeground: "#f85149",
      ...chart({ blue: "#3794ff", green: "#89d185", orange: "#d18616", purple: "#b180d7", yellow: "#cca700", red: "#f14c4c" }),
    },
  },
  light: {
    kind: "vscode-light",
    variables: {
      "editor-background": "#ffffff", "editor-foreground": "#3b3b3b", foreground: "#3b3b3b", descriptionForeground: "#6a6a6a",
      "sideBar-background": "#f8f8f8", "panel-border": "#e5e5e5", focusBorder: "#005fb8", "button-background": "#005fb8",
      "button-foreground": "#ffffff", "button-hoverBackground": "#0258a8", "button-secondaryBackground": "#e5e5e5",
      "button-secondaryForeground": "#3b3b3b", "button-secondaryHoverBackground": "#cccccc", "input-background": "#ffffff",
      "input-foreground": "#3b3b3b", "input-border": "#cecece", "list-hoverBackground": "#f2f2f2", errorForeground: "#d1242f",
      ...chart({ blue: "#1a85ff", green: "#388a34", orange: "#d18616", purple: "#652d90", yellow: "#bf8803", red: "#e51400" }),
    },
  },
  contrast: {
    kind: "vscode-high-contrast",
    variables: {
      "editor-background": "#000000", "editor-foreground": "#ffffff", foreground: "#ffffff", descriptionForeground: "#ffffff",
      "sideBar-background": "#000000", "panel-border": "#6fc3df", focusBorder: "#f38518", contrastBorder: "#6fc3df",
      contrastActiveBorder: "#f38518", "button-background": "#000000", "button-foreground": "#ffffff", "input-background": "#000000",
      "input-foreground": "#ffffff", "input-border": "#6fc3df", errorForeground: "#f48771",
      ...chart({ blue: "#3794ff", green: "#89d185", orange: "#d18616", purple: "#b180d7", yellow: "#cca700", red: "#f14c4c" }),
    },
  },
};
