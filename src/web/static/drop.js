// Lets a PDF be dropped anywhere on its form, and checks it at once. Without this script the file is chosen and sent.

for (const zone of document.querySelectorAll('form[data-drop]')) {
  const field = zone.querySelector('input[type=file]');
  const send = () => {
    const big = Number(zone.dataset.most) || Infinity;
    const told = zone.querySelector('.field-told');
    told.hidden = field.files[0].size <= big;
    if (told.hidden) zone.requestSubmit();
    else field.value = '';
  };
  for (const kind of ['dragenter', 'dragover']) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  for (const kind of ['dragleave', 'drop']) zone.addEventListener(kind, () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    send();
  });
  field.addEventListener('change', () => field.files.length && send());
}
