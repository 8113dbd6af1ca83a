using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>The durable records of isolated attempts, in the queue <c>&lt;queue&gt;.isolated</c>: one is written before the attempt and removed after it, so a
/// record that is still there says that the process ended in the attempt.</summary>
/// <remarks>
/// The queue is declared when the first record is written, expires after a week without use, and holds no message: to lose it costs one more attempt.
/// What one attempt reads is returned before another reads: a record that is held elsewhere would be overlooked.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore's wait handle is never taken, so there is nothing to dispose of.")]
internal sealed class IsolatedRecords(ITransport transport, ConsumerPlan plan, TimeSpan timeout, TimeProvider timeProvider, ILogger logger)
{
    private const string RecordType = "techcorp.isolated-attempt";
    private const int MostRead = 1_000;
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly TimeSpan RemoveTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _kept = []; // guarded by _turn; records of attempts that have ended, but could not be removed
    private readonly Destination _destination = Destination.ToQueue(Topology.IsolatedQueueOf(plan.Queue));
    private readonly Topology _topology = TopologyOf(plan);
    private bool _hasQueue; // guarded by _turn; what was seen last

    /// <summary>Writes the record of an attempt that is about to begin, unless there is one. Never throws.</summary>
    internal async Task<IsolatedRecord> WriteAsync(Delivery delivery, CancellationToken closing)
    {
        using var budget = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, closing);
        var identity = MessageIdentity.Of(delivery);
        var hasTurn = false;
        try
        {
            await _turn.WaitAsync(either.Token).ConfigureAwait(false);
            hasTurn = true;
            var hadQueue = _hasQueue;
            var (record, isUnsent) = await WriteOnceAsync(identity, either.Token).ConfigureAwait(false);
            return hadQueue && isUnsent // the queue is gone: it expires
                ? (await WriteOnceAsync(identity, either.Token).ConfigureAwait(false)).Record
                : record;
        }
        catch (OperationCanceledException exception)
        {
            return IsolatedRecord.Failed(ErrorText.MessageOf(exception));
        }
        finally
        {
            if (hasTurn)
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Removes the record: the attempt has ended and the process lives. Never throws.</summary>
    internal async Task RemoveAsync(Delivery delivery)
    {
        var identity = MessageIdentity.Of(delivery);
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false); // each holder ends by its deadline
        using var budget = new CancellationTokenSource(RemoveTimeout, timeProvider);
        try
        {
            await ReadAsync(identity, removes: true, budget.Token).ConfigureAwait(false);
            _kept.Remove(identity);
        }
        catch (Exception exception)
        {
            _hasQueue = false;
            if (_kept.Count < MostRead)
            {
                _kept.Add(identity);
            }

            logger.IsolatedRecordKept(exception, _destination.RoutingKey, plan.Queue);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<(IsolatedRecord Record, bool IsUnsent)> WriteOnceAsync(string identity, CancellationToken cancellationToken)
    {
        var isUnsent = true;
        try
        {
            if (!_hasQueue && !await HasQueueAsync(cancellationToken).ConfigureAwait(false))
            {
                return (IsolatedRecord.Impossible($"queue '{_destination.RoutingKey}' does not exist, and the topology mode does not declare it"), true);
            }

            _hasQueue = true;
            if (await ReadAsync(identity, removes: false, cancellationToken).ConfigureAwait(false) && !_kept.Contains(identity))
            {
                return (IsolatedRecord.Found, false);
            }

            var record = new Message { Id = identity, Type = RecordType, Body = ReadOnlyMemory<byte>.Empty };
            isUnsent = false;
            var outcome = await transport.PublishAsync(record, _destination, UnroutableBehavior.Fail, timeout, cancellationToken).ConfigureAwait(false);
            _hasQueue = outcome.IsConfirmed;
            return outcome.IsConfirmed
                ? (IsolatedRecord.Written, false)
                : (IsolatedRecord.Failed(outcome.Reason), outcome.Kind == PublishOutcomeKind.Returned);
        }
        catch (TopologyException exception)
        {
            return (IsolatedRecord.Impossible(ErrorText.MessageOf(exception)), true);
        }
        catch (Exception exception)
        {
            _hasQueue = false;
            return (IsolatedRecord.Failed(ErrorText.MessageOf(exception)), isUnsent);
        }
    }

    internal static Topology TopologyOf(ConsumerPlan plan)
    {
        var kind = plan.Kind ?? QueueKind.Quorum;
        return Topology.Empty.Add(new QueueDeclaration(Topology.IsolatedQueueOf(plan.Queue))
        {
            Kind = kind,
            MessageTimeToLive = Retention,
            DeliveryLimit = DeliveryLimits.UnboundedFor(kind), // each reading of a record counts
        }.WithArgument("x-expires", (long)Retention.TotalMilliseconds));
    }

    private async Task<bool> HasQueueAsync(CancellationToken cancellationToken)
    {
        if (!plan.MayDeclare)
        {
            return await transport.CountAsync(_destination.RoutingKey, cancellationToken).ConfigureAwait(false) is not null;
        }

        await transport.DeclareAsync(_topology, TopologyMode.Create, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Reads the records until one has the identity; those that were read and stay are returned to the queue.</summary>
    private async Task<bool> ReadAsync(string identity, bool removes, CancellationToken cancellationToken)
    {
        var reader = await transport.OpenReaderAsync(_destination.RoutingKey, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            for (var read = 0; read < MostRead && await reader.GetAsync(cancellationToken).ConfigureAwait(false) is { } record; read++)
            {
                if (record.MessageId == identity)
                {
                    return !removes || await reader.SettleAsync(record, Settlement.Acknowledge, cancellationToken).ConfigureAwait(false);
                }
            }

            return false;
        }
    }
}
