-- When a ticker entered a list and left it.
create index ranking_snapshots_entered on ranking_snapshots using gin (entered);
create index ranking_snapshots_left on ranking_snapshots using gin ("left");
