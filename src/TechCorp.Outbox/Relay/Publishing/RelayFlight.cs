using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Publishes the rows of a pass: all that may be in flight together, and the next of a key as soon as the one before it is confirmed.</summary>
/// <remarks>Rows are added by one caller at a time; their outcomes come in on any thread.</remarks>
/// <param name="publisher">Where to.</param>
/// <param name="outcomes">Guarded by this flight until it is idle.</param>
/// <param name="confirmed">Called with each row that the broker has.</param>
/// <param name="stopping">Nothing more is sent; what is in flight is waited for.</param>
/// <param name="abort">What is in flight is given up too.</param>
internal sealed class RelayFlight(IMessagePublisher publisher, RelayOutcomes outcomes, Action<RelayRow> confirmed, CancellationToken stopping,
    CancellationToken abort)
{
    private readonly Lock _gate = new();
    private readonly RelayWindow _window = new();
    private List<(long Id, long Epoch)> _unmarked = [];
    private TaskCompletionSource? _waiter;
    private int _wanted;
    private bool _isTroubled;
    private bool _ended;
    private Exception? _fault; // of this class, not of a row

    /// <summary>Whether nothing is under way and all that is confirmed was taken.</summary>
    internal bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _window.Count + _unmarked.Count == 0;
            }
        }
    }

    /// <summary>The partitions of rows that stay as they are and are to be read again, as far as it is known.</summary>
    internal IReadOnlySet<short> Unsettled
    {
        get
        {
            lock (_gate)
            {
                return outcomes.Unsettled.ToHashSet();
            }
        }
    }

    /// <summary>The rows under way, those that are confirmed and not taken among them, at one moment: their ids and the bytes of their payloads; null after
    /// an outcome other than a confirm: what waits for that row would be read, and sent too early.</summary>
    internal (long[] Ids, long Bytes)? Known
    {
        get
        {
            lock (_gate)
            {
                return _isTroubled ? null : ([.. _window.Ids, .. _unmarked.Select(row => row.Id)], _window.Bytes);
            }
        }
    }

    /// <summary>Whether all rows of a read have been settled or left.</summary>
    internal bool IsDone(RelayRead read)
    {
        lock (_gate)
        {
            return read.Open == 0;
        }
    }

    /// <param name="read">The read.</param>
    /// <param name="isConfirmed">Those that were confirmed before and are not marked; they are not sent again.</param>
    internal void Add(RelayRead read, Predicate<RelayRow> isConfirmed)
    {
        var ready = new List<RelayRow>();
        lock (_gate)
        {
            foreach (var row in read.Rows)
            {
                if (isConfirmed(row))
                {
                    outcomes.Add(row, new RowOutcome(RowOutcomeKind.Confirmed, ""));
                    _unmarked.Add((row.Id, outcomes.EpochOf(row)));
                }
                else if (_window.Add(read, row))
                {
                    ready.Add(row);
                }
            }
        }

        foreach (var row in ready)
        {
            _ = RunAsync(MayGoOn(row) ? row : null);
        }
    }

    /// <summary>Waits for so many outcomes, or until nothing is under way, at most for a time.</summary>
    /// <returns>False when the time has passed.</returns>
    internal async Task<bool> WaitAsync(int settled, TimeSpan longest, TimeProvider timeProvider)
    {
        var waiting = Waiting(settled);
        using var enough = new CancellationTokenSource();
        var first = await Task.WhenAny(waiting, Task.Delay(longest, timeProvider, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        lock (_gate)
        {
            return _fault is null ? first == waiting : throw new InvalidOperationException("The relay cannot publish.", _fault);
        }
    }

    private Task Waiting(int settled)
    {
        lock (_gate)
        {
            if (_window.Count == 0 || _fault is not null)
            {
                return Task.CompletedTask;
            }

            _wanted = settled;
            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    /// <summary>Sends nothing more: what waits for a row in flight is left, and read again.</summary>
    internal void Drain()
    {
        lock (_gate)
        {
            _ended = true;
        }
    }

    /// <summary>Sends nothing more, and waits for what is in flight, unless this flight itself has failed.</summary>
    internal async Task EndAsync()
    {
        Drain();
        for (var waiting = Waiting(int.MaxValue); !waiting.IsCompleted; waiting = Waiting(int.MaxValue))
        {
            await waiting.ConfigureAwait(false);
        }
    }

    /// <summary>Takes what is confirmed and to be marked, where it is enough or nothing else is under way.</summary>
    internal IReadOnlyList<(long Id, long Epoch)> TakeConfirmed(int enough)
    {
        lock (_gate)
        {
            if (_unmarked.Count < enough && _window.Count > 0)
            {
                return [];
            }

            var taken = _unmarked;
            _unmarked = [];
            return taken;
        }
    }

    private async Task RunAsync(RelayRow? row)
    {
        try
        {
            while (row is not null)
            {
                row = Settle(row, await PublishAsync(row).ConfigureAwait(false));
            }
        }
        catch (Exception exception)
        {
            // Nobody awaits this: the pass, which waits for the outcomes, gets it.
            lock (_gate)
            {
                _fault = exception;
                _waiter?.TrySetResult();
            }
        }
    }

    private async ValueTask<RowOutcome> PublishAsync(RelayRow row)
    {
        Message message;
        Destination destination;
        try
        {
            (message, destination) = row.ToMessage();
        }
        catch (Exception exception) // whatever it is, it is the row's: nothing but the row was looked at
        {
            return new RowOutcome(RowOutcomeKind.Invalid, exception.Message);
        }

        try
        {
            return RowOutcome.Of(await publisher.TryPublishAsync(message, destination, null, abort).ConfigureAwait(false));
        }
        catch (ArgumentException exception)
        {
            return new RowOutcome(RowOutcomeKind.Invalid, exception.Message);
        }
        catch (Exception exception)
        {
            return new RowOutcome(RowOutcomeKind.Unsettled, exception.Message);
        }
    }

    /// <returns>The row to be sent next.</returns>
    private RelayRow? Settle(RelayRow row, RowOutcome outcome)
    {
        TaskCompletionSource? waiter = null;
        RelayRow? next;
        lock (_gate)
        {
            _isTroubled |= outcome.Kind != RowOutcomeKind.Confirmed;
            if (outcome.Kind == RowOutcomeKind.Confirmed)
            {
                confirmed(row);
                _unmarked.Add((row.Id, outcomes.EpochOf(row)));
            }

            next = _window.Settle(row, outcomes.Add(row, outcome));
            next = next is not null && MayGoOn(next) ? next : null;
            if (--_wanted <= 0 || _window.Count == 0)
            {
                (waiter, _waiter) = (_waiter, null);
            }
        }

        waiter?.TrySetResult();
        return next;
    }

    /// <summary>Leaves a row, and what is behind it, where nothing more is to be sent: they are read again, like one whose confirm did not come.</summary>
    private bool MayGoOn(RelayRow row)
    {
        lock (_gate)
        {
            if (outcomes.Error is null && !_ended && !stopping.IsCancellationRequested)
            {
                return true;
            }

            outcomes.Unsettled.Add(row.Part);
            _isTroubled = true;
            _window.Settle(row, RowOutcomeKind.Unsettled);
            if (_window.Count == 0)
            {
                _waiter?.TrySetResult();
            }

            return false;
        }
    }
}
