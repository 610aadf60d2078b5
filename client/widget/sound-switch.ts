import { useState } from 'react';
import { keeperOf } from '../chat/keeping.ts';

const keeper = keeperOf('antiphon.');

export function hasSound(): boolean {
  return keeper.read('sound') !== 'off';
}

export function useSound(): [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useState(hasSound);
  return [
    isOn,
    (next) => {
      keeper.write('sound', next ? 'on' : 'off');
      setOn(next);
    },
  ];
}
