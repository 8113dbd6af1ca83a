using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>Writes the settlements of one channel: gathers acks and nacks for a moment, then one writer at a time sends them as few frames.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RabbitMqSettleWriter : IThreadPoolWorkItem, IAsyncDisposable
{
    private const int MostGathered = 64; // settlements that wait to go out together
    // a handler may block this long and longer; what came before it must not wait for it
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(5);

    private readonly IChannel _channel;
    private readonly int _prefetch;
    private readonly Task _closed;
    private readonly Action<string> _failed;
    private readonly Lock _gate = new();
    private readonly RabbitMqSettleLedger _ledger = new(); // guarded by _gate
    private readonly List<RabbitMqSettleLedger.Frame> _frames = []; // the writer's
    private readonly ITimer _gatherEnd;
    private TaskCompletionSource? _drained; // guarded by _gate
    private bool _gathers; // guarded by _gate; the timer is set
    private bool _writing; // guarded by _gate
    private bool _due; // guarded by _gate; what has gathered is to go out now
    private bool _ending; // guarded by _gate; the timer is gone, nothing gathers any more

    /// <param name="channel">The channel the deliveries came on.</param>
    /// <param name="prefetch">The most deliveries unsettled at once: the broker waits when it knows of no settlement of them.</param>
    /// <param name="closed">Ends when the consumer has ended.</param>
    /// <param name="failed">Called with the reason when a settlement could not be written: the channel is to be given up.</param>
    /// <param name="timeProvider">How long settlements gather.</param>
    internal RabbitMqSettleWriter(IChannel channel, int prefetch, Task closed, Action<string> failed, TimeProvider timeProvider)
    {
        _channel = channel;
        _prefetch = prefetch;
        _closed = closed;
        _failed = failed;
        _gatherEnd = timeProvider.CreateTimer(static writer => ((RabbitMqSettleWriter)writer!).EndGathering(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Settlements that are not on the wire yet.</summary>
    internal int Gathered
    {
        get
        {
            lock (_gate)
            {
                return _ledger.Pending;
            }
        }
    }

    /// <summary>A delivery came. First of all: a tag that the ledger does not know is covered by the next run of acknowledgements.</summary>
    internal void Delivered(ulong tag)
    {
        lock (_gate)
        {
            _ledger.Delivered(tag);
        }
    }

    /// <summary>Queues the settlement for the wire; false when the tag is settled already or the channel is gone.</summary>
    /// <param name="tag">The delivery.</param>
    /// <param name="settlement">How it is settled.</param>
    /// <param name="soon">It may wait for others until <see cref="Flush"/>, or for 5 ms.</param>
    internal bool TrySettle(ulong tag, Settlement settlement, bool soon = false)
    {
        bool start, gathers;
        lock (_gate)
        {
            if ((_closed.IsCompleted && !_channel.IsOpen) || !_ledger.TrySettle(tag, settlement))
            {
                return false;
            }

            start = NeedsWriter(!soon || _ending || _ledger.Pending >= MostGathered);
            gathers = !_due && !_gathers;
            _gathers |= gathers;
        }

        if (gathers)
        {
            _gatherEnd.Change(LongestGathering, Timeout.InfiniteTimeSpan);
        }

        StartWriter(start);
        return true;
    }

    /// <summary>Sends what has gathered.</summary>
    internal void Flush()
    {
        bool start;
        lock (_gate)
        {
            start = NeedsWriter(_ledger.Pending > 0);
        }

        StartWriter(start);
    }

    /// <summary>Sends what has gathered if it is half of what may be unsettled beside the deliveries that are still held: with more, the broker might have
    /// to wait. What is less goes on gathering, so that the broker, which has most of the work with an acknowledgement, gets one for many messages also where
    /// they come slower than they are handled.</summary>
    internal void FlushAtRest()
    {
        bool start;
        lock (_gate)
        {
            start = NeedsWriter(_ledger.Pending > 0 && _ledger.Pending >= (_prefetch - _ledger.Unsettled) / 2);
        }

        StartWriter(start);
    }

    /// <summary>Sends what has gathered and waits until it is written.</summary>
    internal Task DrainAsync()
    {
        Flush();
        lock (_gate)
        {
            return _writing ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Frees the timer; what has gathered still goes out by <see cref="DrainAsync"/>, and what is settled from now on at once.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending = true;
        }

        return _gatherEnd.DisposeAsync();
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAllAsync();

    private void EndGathering()
    {
        lock (_gate)
        {
            _gathers = false;
        }

        Flush();
    }

    private bool NeedsWriter(bool due)
    {
        _due |= due;
        var start = _due && !_writing;
        _writing |= start;
        return start;
    }

    private void StartWriter(bool start)
    {
        if (start)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>The only writer of settlements on this channel; ends when nothing is left to write.</summary>
    private async Task WriteAllAsync()
    {
        while (TakeFrames())
        {
            try
            {
                foreach (var frame in _frames)
                {
                    await WriteAsync(frame).ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                // Whatever the settlement was, the broker delivers its message again: the channel is gone, or is given up.
                _failed($"a settlement could not be written ({ErrorText.MessageOf(exception)})");
            }
        }
    }

    private ValueTask WriteAsync(RabbitMqSettleLedger.Frame frame) => frame.Settlement == Settlement.Acknowledge
        ? _channel.BasicAckAsync(frame.Tag, frame.Multiple, CancellationToken.None)
        : _channel.BasicNackAsync(frame.Tag, frame.Multiple, requeue: frame.Settlement == Settlement.Requeue, CancellationToken.None);

    private bool TakeFrames()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            _frames.Clear();
            if (_due)
            {
                _due = false;
                _ledger.TakeFrames(_frames);
            }

            if (_frames.Count > 0)
            {
                return true;
            }

            _writing = false;
            drained = _drained;
            _drained = null;
        }

        drained?.TrySetResult();
        return false;
    }
}
