namespace TechCorp.Outbox.Tests;

/// <summary>Commits, reads, rewinds and changes of the owner in random order, against what the relay remembers of its reads. The database is a model of what
/// PostgreSQL shows: ids are given before the commit, and one transaction at a time writes events of a key.</summary>
public sealed class LateCommitSimulationTests
{
    private const int Seeds = 10_000;
    private const int Steps = 80;

    [Safeguard("What a cut read did not reach is not done", SwitchedOff = "`Partition.Advance` takes no read for cut")]
    [Fact, Trait("Spec", "FO19"), Trait("Spec", "RL15")]
    public void No_event_is_overtaken_and_none_is_left_however_late_and_however_large_the_transactions_are()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var simulation = new Simulation(seed);
            for (var step = 0; step < Steps; step++)
            {
                simulation.Step();
            }

            simulation.Finish();
        }
    }

    private sealed class Simulation(int seed)
    {
        private const int Keys = 5;
        private const int Partitions = 2;
        private const int Limit = 4;
        private readonly Random _random = new(seed);
        private readonly List<Writing> _open = [];
        private readonly SortedDictionary<long, int> _rows = []; // id -> key; committed and not published
        private readonly Dictionary<int, long> _last = [];
        private readonly Dictionary<short, Partition> _owned = Enumerable.Range(0, Partitions).ToDictionary(part => (short)part, NewPartition);
        private readonly Queue<RelayRead> _reads = [];
        private readonly List<RelayRow> _inFlight = [];
        private readonly HashSet<short> _unsettled = [];
        private RelayWindow? _window; // of the pass that is under way
        private long _nextId = 1;
        private long _nextTransaction = 1;
        private int _rotation;

        internal void Step()
        {
            switch (_random.Next(12))
            {
                case < 3:
                    Begin();
                    break;
                case < 5 when _open.Count > 0:
                    Write(_open[_random.Next(_open.Count)]);
                    break;
                case < 8 when _open.Count > 0:
                    Commit(_open[_random.Next(_open.Count)]);
                    break;
                case 8 or 9 when _window is null || _unsettled.Count == 0:
                    Read(rewinds: _random.Next(2) == 0);
                    break;
                case 10 when _window is null && _random.Next(5) == 0:
                    var part = (short)_random.Next(Partitions);
                    _owned[part] = NewPartition(part);
                    break;
                default:
                    for (var settled = _random.Next(Limit); settled > 0 && _inFlight.Count > 0; settled--)
                    {
                        Settle(failing: 0.1);
                    }

                    break;
            }
        }

        internal void Finish()
        {
            _open.ToList().ForEach(Commit);
            for (var reads = 0; _rows.Count > 0; reads++)
            {
                if (reads == 10_000)
                {
                    Assert.Fail($"{_rows.Count} events are never published; seed {seed}.");
                }

                while (_inFlight.Count > 0)
                {
                    Settle(failing: 0);
                }

                Read(rewinds: reads % 10 == 0);
            }
        }

        private static Partition NewPartition(int part) => new((short)part, 0);

        private void Begin()
        {
            var key = _random.Next(Keys);
            if (_open.TrueForAll(other => other.Key != key)) // the lock of the key
            {
                var writing = new Writing(_nextTransaction++, key, []);
                _open.Add(writing);
                Write(writing);
            }
        }

        private void Write(Writing writing)
        {
            for (var i = _random.Next(1, 3 * Limit); i > 0; i--)
            {
                writing.Ids.Add(_nextId++);
            }
        }

        private void Commit(Writing writing)
        {
            _open.Remove(writing);
            writing.Ids.ForEach(id => _rows.Add(id, writing.Key));
        }

        /// <summary>Begins a pass, or reads more in the one that is under way.</summary>
        private void Read(bool rewinds)
        {
            var isNew = _window is null;
            _window ??= new RelayWindow();
            var tops = new List<(long, long)>();
            if (isNew && rewinds)
            {
                foreach (var partition in _owned.Values)
                {
                    partition.Rewind();
                    tops.Add((partition.Number, _rows.Where(row => PartOf(row.Value) == partition.Number).Select(row => row.Key).DefaultIfEmpty(0).Max()));
                }
            }

            _rotation = (_rotation + 1) % Partitions;
            var known = _window.Ids.ToHashSet();
            var share = _random.Next(1, Limit + 1);
            var rows = _owned.Values.Skip(_rotation).Concat(_owned.Values.Take(_rotation))
                .SelectMany(partition => _rows
                    .Where(row => PartOf(row.Value) == partition.Number && row.Key > partition.Low && !known.Contains(row.Key)).Take(share))
                .Take(Limit)
                .Select(row => new RelayRow
                {
                    Id = row.Key,
                    Part = PartOf(row.Value),
                    Key = $"{row.Value}",
                    Oldest = _open.Select(writing => writing.Transaction).DefaultIfEmpty(_nextTransaction).Min(),
                    Newest = _nextTransaction,
                })
                .ToList();
            var cut = rows.Count >= Limit ? _owned.Keys : rows.CountBy(row => row.Part).Where(count => count.Value >= share).Select(count => count.Key);
            var read = new RelayRead(rows, tops, cut.ToHashSet());
            _reads.Enqueue(read);
            _inFlight.AddRange(rows.Where(row => _window.Add(read, row)));
            Advance();
        }

        /// <summary>One of the rows in flight has its outcome.</summary>
        private void Settle(double failing)
        {
            var row = _inFlight[_random.Next(_inFlight.Count)];
            _inFlight.Remove(row);
            var fails = _random.NextDouble() < failing;
            if (fails)
            {
                _unsettled.Add(row.Part);
            }
            else
            {
                var key = _rows[row.Id];
                if (row.Id <= _last.GetValueOrDefault(key))
                {
                    Assert.Fail($"A later event of key {key} was published before it; seed {seed}.");
                }

                _last[key] = row.Id;
                _rows.Remove(row.Id);
            }

            if (_window!.Settle(row, fails ? RowOutcomeKind.Unsettled : RowOutcomeKind.Confirmed) is { } next)
            {
                _inFlight.Add(next);
            }

            Advance();
        }

        private void Advance()
        {
            while (_reads.TryPeek(out var read) && read.Open == 0)
            {
                Partition.Advance(_owned, _reads.Dequeue(), _unsettled);
            }

            if (_window!.Count == 0)
            {
                _window = null; // the pass has ended
                _unsettled.Clear();
            }
        }

        private static short PartOf(int key) => (short)(key % Partitions);

        private sealed record Writing(long Transaction, int Key, List<long> Ids);
    }
}
