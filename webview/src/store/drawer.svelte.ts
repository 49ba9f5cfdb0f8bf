/** The drawer of a narrow page: how high it is, which tab is open. Part of the session. */
import type { PageState } from "../protocol/messages.generated.ts";

export const DEFAULT_SHARE = 0.44;

export type DrawerTab = "run" | "node";

export class Drawer {
  share = $state(DEFAULT_SHARE);
  tab: DrawerTab = $state("run");
  collapsed = $state(false);

  restore({ drawerShare, drawerTab, drawerCollapsed }: Partial<PageState>): void {
    if (typeof drawerShare === "number" && drawerShare > 0 && drawerShare < 1)
      this.share = drawerShare;
    if (drawerTab === "node") this.tab = drawerTab;
    this.collapsed = drawerCollapsed === true;
  }

  get lasting(): Pick<PageState, "drawerShare" | "drawerTab" | "drawerCollapsed"> {
    return { drawerShare: this.share, drawerTab: this.tab, drawerCollapsed: this.collapsed };
  }
}
