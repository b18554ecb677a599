/** Views of signals under a name, kept in one's own account. */
import { Button, Group, Menu, TextInput } from '@mantine/core'
import { useState } from 'react'
import { call, useChange, type Me } from '../../api.ts'
import { useMe } from '../../shell.tsx'
import { Fault } from '../../ui/page.tsx'
import { filterFrom, isEmpty, type SignalFilter } from './filter.ts'

type View = NonNullable<Me['preferences']['views']>[number]

export function SavedViews({ filter, onShow }: { filter: SignalFilter; onShow(filter: SignalFilter): void }) {
  const { data: me } = useMe()
  const [name, setName] = useState('')
  const keep = useChange(
    (views: View[]) => call('PATCH', '/api/v1/me', { preferences: { ...me?.preferences, views } }),
    [['me']],
  )
  const views = me?.preferences.views ?? []
  const save = () => {
    const others = views.filter((one) => one.name !== name.trim())
    keep.mutate([...others, { name: name.trim(), search: new URLSearchParams(filter).toString() }])
    setName('')
  }
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button size="xs" variant="default">
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {views.length === 0 && <Menu.Label>Set filters, then keep them under a name.</Menu.Label>}
        {views.map((view) => (
          <Group key={view.name} wrap="nowrap" gap={0}>
            <Menu.Item
              onClick={() => onShow(filterFrom(Object.fromEntries(new URLSearchParams(view.search))))}
            >
              {view.name}
            </Menu.Item>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={`Forget ${view.name}`}
              onClick={() => keep.mutate(views.filter((one) => one !== view))}
            >
              ×
            </Button>
          </Group>
        ))}
        {!isEmpty(filter) && (
          <Group p="xs" gap="xs" wrap="nowrap">
            <TextInput
              size="xs"
              aria-label="Name of this view"
              placeholder="Name of this view"
              value={name}
              maxLength={60}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              onKeyDown={(event) => event.stopPropagation()}
            />
            <Button size="xs" disabled={name.trim() === ''} loading={keep.isPending} onClick={save}>
              Keep
            </Button>
          </Group>
        )}
        {keep.error && <Fault error={keep.error} />}
      </Menu.Dropdown>
    </Menu>
  )
}
