/** A short two-note sound, made here so that nothing is loaded. Browsers allow it after the visitor's first gesture. */
let audio: AudioContext | null = null;
let playedAt = 0;

/** One sound per burst. */
const BURST_MS = 3000;

export function unlockSound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
  } catch {
    audio = null;
  }
}

export function playSound(): void {
  if (audio?.state !== 'running' || Date.now() - playedAt < BURST_MS) return;
  playedAt = Date.now();
  for (const [index, pitch] of [880, 1175].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + index * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.08, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  }
}
