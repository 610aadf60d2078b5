import { brandColours, contrastOf } from '../../client/widget/colour.ts';

export { contrastOf };

/** Black or white, whichever can be read on the colour: with one of them it is always 4.5 to 1 or more. */
export const inkOn = (color: string) => brandColours(color).onBrand;

export const isColour = (text: string) => /^#[\da-f]{6}$/i.test(text);
