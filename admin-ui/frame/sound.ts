/** Two short notes, made here so that nothing is loaded. Browsers allow them after the first click or key. */
let audio: AudioContext | null = null;

const NOTES_HZ = [660, 990];
const LENGTH_SECONDS = 0.2;

export function unlockSound(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

export function playSound(): void {
  if (audio?.state !== 'running') return;
  for (const [index, pitch] of NOTES_HZ.entries()) {
    const start = audio.currentTime + (index * LENGTH_SECONDS) / 2;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.06, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + LENGTH_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + LENGTH_SECONDS);
  }
}
