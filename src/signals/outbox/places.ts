/** Bounds how many requests a destination gets at once; who waits is served in order. */

export interface Places {
  /** Resolves when one of `placesMax` places of `name` is free, with the way to give it back. */
  take(name: string, placesMax: number): Promise<() => void>
}

export function createPlaces(): Places {
  const rooms = new Map<string, { taken: number; waiting: (() => void)[] }>()
  return {
    async take(name, placesMax) {
      const room = rooms.get(name) ?? { taken: 0, waiting: [] }
      rooms.set(name, room)
      if (room.taken >= placesMax) await new Promise<void>((resolve) => room.waiting.push(resolve))
      else room.taken++
      return () => {
        const next = room.waiting.shift()
        if (next) next()
        else if (--room.taken === 0) rooms.delete(name)
      }
    },
  }
}
