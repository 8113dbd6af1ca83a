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
                case 8:
                    Read(rewinds: true, failing: 0.1);
                    break;
                case 9 when _random.Next(5) == 0:
                    var part = (short)_random.Next(Partitions);
                    _owned[part] = NewPartition(part);
                    break;
                default:
                    Read(rewinds: false, failing: 0.1);
                    break;
            }
        }

        internal void Finish()
        {
            _open.ToList().ForEach(Commit);
            for (var reads = 0; _rows.Count > 0; reads++)
            {
                reads.Should().BeLessThan(10_000, "everything is published; seed {0}", seed);
                Read(rewinds: reads % 10 == 0, failing: 0);
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

        private void Read(bool rewinds, double failing)
        {
            var tops = new List<(long, long)>();
            if (rewinds)
            {
                foreach (var partition in _owned.Values)
                {
                    partition.Rewind();
                    tops.Add((partition.Number, _rows.Where(row => PartOf(row.Value) == partition.Number).Select(row => row.Key).DefaultIfEmpty(0).Max()));
                }
            }

            _rotation = (_rotation + 1) % Partitions;
            var rows = _owned.Values.Skip(_rotation).Concat(_owned.Values.Take(_rotation))
                .SelectMany(partition => _rows.Where(row => PartOf(row.Value) == partition.Number && row.Key > partition.Low).Take(Limit))
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
            Partition.Advance(_owned, rows, tops, Publish(rows, failing), Limit);
        }

        private HashSet<short> Publish(List<RelayRow> rows, double failing)
        {
            var unsettled = new HashSet<short>();
            var queue = new RelayQueue(rows);
            while (queue.NextBatch() is { Count: > 0 } batch)
            {
                foreach (var row in batch)
                {
                    if (_random.NextDouble() < failing)
                    {
                        queue.Settle(row, RowOutcomeKind.Unsettled);
                        unsettled.Add(row.Part);
                        continue;
                    }

                    var key = _rows[row.Id];
                    row.Id.Should().BeGreaterThan(_last.GetValueOrDefault(key), "no later event of key {0} comes first; seed {1}", key, seed);
                    _last[key] = row.Id;
                    _rows.Remove(row.Id);
                    queue.Settle(row, RowOutcomeKind.Confirmed);
                }
            }

            return unsettled;
        }

        private static short PartOf(int key) => (short)(key % Partitions);

        private sealed record Writing(long Transaction, int Key, List<long> Ids);
    }
}
