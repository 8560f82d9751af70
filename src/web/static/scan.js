// Reads a certificate's code with the camera, where the browser can; otherwise the button stays hidden and the telephone's own
// camera does the same.

const button = document.querySelector('[data-scan]');

async function look() {
  const video = document.querySelector('[data-scan-view]');
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    video.hidden = true;
  };
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const beat = async () => {
    const [found] = await detector.detect(video).catch(() => []);
    if (!found) return setTimeout(beat, 200);
    stop();
    // Only the letters of the code are taken, never the address in it.
    return location.assign(`/v/${encodeURIComponent(found.rawValue.split(/[/#]/).pop())}`);
  };
  beat();
}

if (button && 'BarcodeDetector' in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener('click', () => look().catch(() => { button.hidden = true; }));
}
