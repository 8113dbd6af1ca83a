namespace TechCorp.Messaging;

// What was decided of deliveries, on its way to the broker: gathered, then written by one writer.
internal sealed partial class RabbitMqConsumer
{
    /// <summary>Queues the settle for the wire; false when the tag is settled already or the channel is gone.</summary>
    /// <param name="tag">The delivery.</param>
    /// <param name="settlement">What becomes of it.</param>
    /// <param name="soon">It may wait for others until <see cref="Flush"/>, or for 5 ms.</param>
    internal bool TrySettle(ulong tag, Settlement settlement, bool soon = false)
    {
        bool start, gathers;
        lock (_gate)
        {
            if ((_closed.Task.IsCompleted && !Channel.IsOpen) || !_ledger.TrySettle(tag, settlement))
            {
                return false;
            }

            start = NeedsWriter(!soon || _ledger.Pending >= MostGathered);
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

    private void EndGathering()
    {
        lock (_gate)
        {
            _gathers = false;
        }

        Flush();
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteSettlesAsync();

    private Task Drained()
    {
        Flush();
        lock (_gate)
        {
            return _writing ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
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

    /// <summary>The only writer of settles on this channel; ends when nothing is left to write.</summary>
    private async Task WriteSettlesAsync()
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
                // Whatever the settle was, its message comes again: the channel it belongs to is gone, or is made to go.
                _closed.TrySetResult($"a settle could not be written ({exception.Message})");
            }
        }
    }

    private ValueTask WriteAsync(RabbitMqSettleFrame frame) => frame.Settlement == Settlement.Acknowledge
        ? Channel.BasicAckAsync(frame.Tag, frame.Multiple, CancellationToken.None)
        : Channel.BasicNackAsync(frame.Tag, frame.Multiple, requeue: frame.Settlement == Settlement.Requeue, CancellationToken.None);

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
