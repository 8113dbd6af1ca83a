using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Takes the deliveries of one subscription from the transport and runs them on workers, at most <c>Concurrency</c> at once; knows
/// exactly when it is drained.</summary>
/// <remarks>Lives as long as one subscription: attach, receive, close, requeue, idle. Safe for concurrent use.</remarks>
internal sealed class DeliveryPump(DeliveryProcessor processor, ConsumerCounters counters, string queue, int concurrency, ILogger logger) : IDisposable
{
    private const int MostAtOnce = 16;

    private readonly Lock _gate = new();
    private readonly DeliverySchedule _schedule = new(concurrency); // guarded by _gate
    private readonly Queue<QueuedDelivery> _unreturned = new(); // guarded by _gate; taken out to be requeued
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _abort = new();
    private IDeliverySource? _source; // guarded by _gate
    private long _generation; // guarded by _gate
    private int _workers; // guarded by _gate
    private bool _closed; // guarded by _gate

    /// <summary>Completes when the pump is closed and no handler runs.</summary>
    internal Task Idle => _idle.Task;

    /// <summary>How many deliveries wait or are being handled.</summary>
    internal (int Waiting, int Running) Load
    {
        get
        {
            lock (_gate)
            {
                return (_schedule.Waiting + _unreturned.Count, _schedule.Running);
            }
        }
    }

    /// <summary>How many deliveries have come.</summary>
    internal long Received => counters.Received;

    /// <summary>Sets the source that deliveries are settled by; those that came before may start now.</summary>
    internal void Attach(IDeliverySource source)
    {
        int start;
        lock (_gate)
        {
            _source = source;
            start = _closed ? 0 : Math.Min(concurrency - _workers, _schedule.Waiting);
            _workers += start;
            AssertInvariants();
        }

        StartWorkers(start);
    }

    /// <summary>Called by the transport for each delivery; drops waiting deliveries of older channels.</summary>
    internal void Receive(Delivery delivery)
    {
        counters.CountReceived();
        var queued = Queued(delivery);
        int stale;
        bool start;
        lock (_gate)
        {
            stale = delivery.Generation > _generation ? _schedule.DropOlderThan(delivery.Generation) : 0;
            _generation = Math.Max(_generation, delivery.Generation);
            _schedule.Add(queued);
            start = !_closed && _source is not null && _workers < concurrency;
            _workers += start ? 1 : 0;
            AssertInvariants();
        }

        StartWorkers(start ? 1 : 0);
        if (stale > 0)
        {
            counters.CountStale(stale);
            logger.StaleDeliveries(queue, stale);
        }
    }

    /// <summary>Starts no further delivery; pauses end.</summary>
    internal void Close()
    {
        bool idle;
        IDeliverySource? source;
        lock (_gate)
        {
            _closed = true;
            idle = _workers == 0;
            source = _source;
        }

        source?.Flush(); // well before what is requeued, behind which an acknowledgement may be lost
        _closing.Cancel();
        if (idle)
        {
            _idle.TrySetResult();
        }
    }

    /// <summary>Requeues deliveries that were never started, oldest first: all of them once no handler runs, or else no more than <see cref="MostAtOnce"/>.
    /// Call it after <see cref="Close"/> and after the consumer is canceled at the broker, or they would be delivered again at once.</summary>
    /// <remarks>While an older delivery is being handled, each takes a separate frame; a quorum queue defers what follows more than 32 of them that it has
    /// not written yet, and forgets it when the channel closes: the acknowledgement of that older delivery would be lost.</remarks>
    /// <returns>How many, and whether there are more.</returns>
    internal (int Requeued, bool More) RequeueUnstarted()
    {
        List<QueuedDelivery> unstarted = [];
        IDeliverySource? source;
        bool more;
        lock (_gate)
        {
            Debug.Assert(_closed, "Requeuing from an open pump.");
            foreach (var queued in _schedule.TakeAllWaiting())
            {
                _unreturned.Enqueue(queued);
            }

            source = _source;
            var most = _workers == 0 ? int.MaxValue : MostAtOnce;
            while (unstarted.Count < most && _unreturned.TryDequeue(out var queued))
            {
                unstarted.Add(queued);
            }

            more = _unreturned.Count > 0;
        }

        if (source is not null)
        {
            processor.Requeue(source, unstarted);
        }

        return (unstarted.Count, more);
    }

    /// <summary>Cancels the tokens of running handlers; their messages are delivered again. Completes after the
    /// callbacks on the tokens; never throws.</summary>
    internal async Task AbortAsync()
    {
        try
        {
            await _abort.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            logger.CancelCallbackFailed(exception, queue);
        }
    }

    public void Dispose()
    {
        _closing.Dispose();
        _abort.Dispose();
    }

    private QueuedDelivery Queued(Delivery delivery)
    {
        try
        {
            return new QueuedDelivery(delivery, processor.OrderingKeyOf(delivery), processor.Now, null);
        }
        catch (Exception exception)
        {
            return new QueuedDelivery(delivery, null, processor.Now, exception);
        }
    }

    private void StartWorkers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // Not on the transport's thread, and without its execution context.
            ThreadPool.UnsafeQueueUserWorkItem(static pump => _ = pump.WorkAsync(), this, preferLocal: false);
        }
    }

    private async Task WorkAsync()
    {
        HandlerFlow.Enter(processor.Bus);
        QueuedDelivery? previous = null;
        while (TakeNext(previous) is var (next, source))
        {
            try
            {
                var processing = processor.ProcessAsync(next, source, _closing.Token, _abort.Token);
                if (!processing.IsCompleted)
                {
                    source.Flush(); // earlier settlements do not wait for this delivery
                }

                await processing.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                logger.PumpFailed(exception, queue);
                await processor.RequeueAfterErrorAsync(source, next.Delivery, _closing.Token).ConfigureAwait(false);
            }

            next.Delivery.Release();
            previous = next;
        }
    }

    /// <summary>Ends the previous delivery and takes the next; null ends the worker.</summary>
    private (QueuedDelivery Next, IDeliverySource Source)? TakeNext(QueuedDelivery? previous)
    {
        QueuedDelivery? next;
        IDeliverySource? source;
        bool closed, idle;
        lock (_gate)
        {
            source = _source;
            if (previous is not null)
            {
                _schedule.Done(previous);
            }

            closed = _closed;
            next = closed ? null : _schedule.TryTake();
            _workers -= next is null ? 1 : 0;
            idle = closed && _workers == 0;
            AssertInvariants();
        }

        if (closed)
        {
            source?.Flush();
        }
        else if (next is null)
        {
            source?.FlushAtRest();
        }

        if (idle)
        {
            _idle.TrySetResult();
        }

        return next is null || source is null ? null : (next, source);
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Invariants hold only under the lock.");
        Debug.Assert(_workers >= 0 && _workers <= concurrency, "More workers than may run.");
        Debug.Assert(_schedule.Running <= _workers, "More deliveries run than there are workers.");
    }
}
