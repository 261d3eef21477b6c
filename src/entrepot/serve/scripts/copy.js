// A button that copies the code, or the address, that it names.

export function copy(button) {
  const from = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
      button.textContent = button.dataset.sayCopied;
    } catch {
      // Without encryption browsers have no clipboard for pages.
      if (from.select) from.select();
      else getSelection().selectAllChildren(from);
      button.textContent = button.dataset.saySelected;
    }
  });
}
