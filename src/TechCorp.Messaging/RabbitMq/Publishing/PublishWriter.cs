using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Hands the publishes of the queue to the client, in order. Run by a caller that finds no thread writing, or by the
/// thread pool; one at a time.</summary>
internal sealed class PublishWriter(PublishQueue queue) : IThreadPoolWorkItem
{
    private const int MostWritesOfOneThread = 64; // a caller writes for others, but not forever

    public void Execute()
    {
        var callersActivity = Activity.Current;
        for (var written = 0; written < MostWritesOfOneThread; written++)
        {
            if (queue.TakeNext(out var session) is not { } entry || !TryWrite(entry, session!))
            {
                SetActivity(callersActivity);
                return;
            }
        }

        SetActivity(callersActivity);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>False when the write has not ended: then it goes on elsewhere.</returns>
    private bool TryWrite(PublishEntry entry, PublishSession session)
    {
        SetActivity(entry.Activity);

        // No token: a write canceled half-way would shift the sequence numbers of all later publishes.
        var sequence = entry.Sequence;
        var write = session.Channel!.BasicPublishAsync(entry.Exchange, entry.RoutingKey, mandatory: true, entry.Properties!, entry.Message.Body,
            CancellationToken.None);
        if (write.IsCompletedSuccessfully)
        {
            return true;
        }

        queue.Stall(session);
        _ = FinishAsync(write, session, sequence);
        return false;
    }

    /// <summary>A write that the client could not do at once. No caller waits for it: deadlines hold also when the socket is stuck.</summary>
    private async Task FinishAsync(ValueTask write, PublishSession session, ulong sequence)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception exception) when (ConnectFailure.IsLoss(exception) || !session.Channel!.IsOpen)
        {
            session.Close(ErrorText.MessageOf(exception));
            return; // nothing more is written to a channel that is gone
        }
        catch (Exception exception)
        {
            queue.Undo(session, sequence, exception);
        }

        queue.Unstall(session);
    }

    private static void SetActivity(Activity? activity)
    {
        if (!ReferenceEquals(Activity.Current, activity))
        {
            Activity.Current = activity;
        }
    }
}
