/** A text as a QR code, drawn here: it goes to nobody. */
import { useEffect, useRef } from 'react'

const SIDE_PX = 200

export function QrCode({ text, label }: { text: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => void draw(text, () => canvas.current), [text])
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      width={SIDE_PX}
      height={SIDE_PX}
      style={{ width: SIDE_PX, height: SIDE_PX, imageRendering: 'pixelated', background: '#fff' }}
    />
  )
}

/** Loaded when a code is shown, and not before. */
async function draw(text: string, where: () => HTMLCanvasElement | null): Promise<void> {
  const { generate } = await import('lean-qr')
  const canvas = where()
  if (canvas) generate(text).toCanvas(canvas)
}
