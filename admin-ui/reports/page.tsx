import { useLanguage } from '../frame/surroundings.ts';

export default function Statistics() {
  const { say } = useLanguage();
  return <h1 className="p-6 text-lg font-semibold">{say('statistics')}</h1>;
}
