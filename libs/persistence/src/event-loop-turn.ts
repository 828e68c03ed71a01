let turn = 0;
let counting = false;

/** Returns the number of this turn of the event loop. Turns in which nobody asks are not counted. */
export function eventLoopTurn(): number {
  if (!counting) {
    counting = true;
    setImmediate(() => {
      turn++;
      counting = false;
    });
  }
  return turn;
}
