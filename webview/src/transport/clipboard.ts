/** The clipboard, where the page itself has to reach it: in a browser tab and in a saved document. */

/** Whether the text is there now. Frames often lack permission: the way that needs none comes first. */
export async function copyText(text: string): Promise<boolean> {
  if (copiedBySelection(text)) return true;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copiedBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
