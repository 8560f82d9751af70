// One box that ticks all others of a name in its form. Without this script people tick one by one.

for (const all of document.querySelectorAll('[data-check-all]')) {
  const boxes = () => [...all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`)];
  all.addEventListener('change', () => {
    for (const box of boxes()) box.checked = all.checked;
  });
  all.form.addEventListener('change', (event) => {
    if (event.target === all) return;
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  });
}
