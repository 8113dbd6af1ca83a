using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Hands to the client what the gate says is next. Run by a caller that finds nobody writing, or by the thread pool; one at a time.</summary>
internal sealed class PublishWriter(PublishQueue gate) : IThreadPoolWorkItem
{
    private const int TurnsOfOneThread = 64; // a caller writes for others, but not for ever

    public void Execute()
    {
        var own = Activity.Current;
        for (var turn = 0; turn < TurnsOfOneThread; turn++)
        {
            if (gate.TakeNext(out var session) is not { } entry || !TryWrite(entry, session!))
            {
                Under(own);
                return;
            }
        }

        Under(own);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>False when the write has not ended: then it goes on elsewhere.</returns>
    private bool TryWrite(PublishEntry entry, PublishSession session)
    {
        Under(entry.Activity);

        // No token: a write canceled half-way would shift the sequence numbers of everybody.
        var sequence = entry.Sequence;
        var write = session.Channel!.BasicPublishAsync(entry.Exchange, entry.RoutingKey, mandatory: true, entry.Properties!, entry.Message.Body, CancellationToken.None);
        if (write.IsCompletedSuccessfully)
        {
            return true;
        }

        gate.Stall(session);
        _ = FinishAsync(write, session, sequence);
        return false;
    }

    /// <summary>A write that the client could not do at once. Nobody waits for it: deadlines hold also when the socket is stuck.</summary>
    private async Task FinishAsync(ValueTask write, PublishSession session, ulong sequence)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception exception) when (ConnectFailure.IsLoss(exception) || !session.Channel!.IsOpen)
        {
            session.Close(exception.Message);
            return; // nothing more is written to a channel that is gone
        }
        catch (Exception exception)
        {
            gate.Undo(session, sequence, exception);
        }

        gate.Unstall(session);
    }

    private static void Under(Activity? activity)
    {
        if (!ReferenceEquals(Activity.Current, activity))
        {
            Activity.Current = activity;
        }
    }
}
