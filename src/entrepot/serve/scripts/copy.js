// A button that copies the code below it.

export function copy(button) {
  const code = button.closest("details").querySelector("pre");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      // Without encryption browsers have no clipboard for pages.
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: now copy it";
    }
  });
}
