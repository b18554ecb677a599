/** Users: invite, change role and plan, disable, a link for a new password. */
import { Button, Group, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, useChange, type User } from '../api.ts'
import { Page } from '../ui/page.tsx'
import { Secret } from '../ui/secret.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'

const ROLES = ['admin', 'operator', 'viewer', 'user']
const PLANS = ['free', 'premium']
const KEY = [['users'], ['audit']]

export function Users() {
  const users = useQuery({ queryKey: ['users'], queryFn: () => get<{ items: User[] }>('/api/v1/users') })
  const [link, setLink] = useState<string | null>(null)
  const form = useForm({ initialValues: { email: '', name: '', role: 'operator' } })
  const invite = useChange(
    (values: typeof form.values) => call<{ link: string }>('POST', '/api/v1/users', values),
    KEY,
  )
  const change = useChange(
    ({ id, ...to }: { id: string; role?: string; plan?: string; state?: string; second_factor?: false }) =>
      call('PATCH', `/api/v1/users/${id}`, to),
    KEY,
  )
  const reset = useChange(
    (id: string) => call<{ link: string }>('POST', `/api/v1/users/${id}/reset-link`),
    KEY,
  )
  return (
    <Page
      title="Users and plans"
      about="Administrators may all, operators run the desk, viewers look, users have only what is their own."
      error={users.error ?? invite.error ?? change.error ?? reset.error}
    >
      <form
        onSubmit={form.onSubmit((values) =>
          invite.mutate(values, {
            onSuccess: (made) => {
              setLink(made.link)
              form.reset()
            },
          }),
        )}
      >
        <Group gap="xs" align="flex-end">
          <TextInput label="Name" size="xs" required {...form.getInputProps('name')} />
          <TextInput label="E-mail" type="email" size="xs" required {...form.getInputProps('email')} />
          <Select label="Role" size="xs" data={ROLES} allowDeselect={false} {...form.getInputProps('role')} />
          <Button type="submit" size="xs" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </form>
      {link && <Secret title="A link for this user alone, shown this once" text={link} />}
      <Sheet
        label="Users"
        head={['E-mail', 'Name', 'Role', 'Plan', 'State', '2FA', '']}
        rows={users.data?.items.map((one) => ({
          key: one.id,
          cells: [
            one.email,
            one.name,
            <Select
              key="r"
              aria-label={`Role of ${one.email}`}
              size="xs"
              data={ROLES}
              value={one.role}
              allowDeselect={false}
              onChange={(role) => role && change.mutate({ id: one.id, role })}
            />,
            <Select
              key="p"
              aria-label={`Plan of ${one.email}`}
              size="xs"
              data={PLANS}
              value={one.plan}
              allowDeselect={false}
              onChange={(plan) => plan && change.mutate({ id: one.id, plan })}
            />,
            <State key="s" of={one.invited ? 'invited' : one.state} />,
            one.second_factor ? (
              <Button
                key="f"
                size="compact-xs"
                variant="default"
                onClick={() => change.mutate({ id: one.id, second_factor: false })}
              >
                Remove
              </Button>
            ) : (
              'off'
            ),
            <Group key="b" gap={4} wrap="nowrap">
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => reset.mutate(one.id, { onSuccess: (made) => setLink(made.link) })}
              >
                New link
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() =>
                  change.mutate({ id: one.id, state: one.state === 'active' ? 'disabled' : 'active' })
                }
              >
                {one.state === 'active' ? 'Disable' : 'Enable'}
              </Button>
            </Group>,
          ],
        }))}
        empty="Nobody but the admin token so far."
      />
    </Page>
  )
}
