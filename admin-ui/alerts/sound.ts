/** Short notes, made here so that nothing is loaded. Browsers allow them after the first click or key. */
let audio: AudioContext | null = null;

const LENGTH_SECONDS = 0.2;
const LOUDEST = 0.2;

/** What each kind of news sounds like, in Hz one after the other. */
const NOTES = { new: [523, 659, 784], mine: [660, 990] };
export type News = keyof typeof NOTES;

export function unlockSound(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

export function isSoundAllowed(): boolean {
  return audio?.state === 'running';
}

/** `volume` from 0 to 1. Answers whether it was heard. */
export function playSound(news: News, volume: number): boolean {
  if (audio?.state !== 'running' || volume <= 0) return false;
  for (const [index, pitch] of NOTES[news].entries()) {
    const start = audio.currentTime + (index * LENGTH_SECONDS) / 2;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(LOUDEST * volume, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + LENGTH_SECONDS);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + LENGTH_SECONDS);
  }
  return true;
}
