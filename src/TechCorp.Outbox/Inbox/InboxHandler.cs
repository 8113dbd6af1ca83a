using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Puts the inbox around a transactional handler: mark, handler's writes and events in one transaction; a
/// duplicate is acknowledged without it.</summary>
/// <remarks>The mark is the first statement: a concurrent duplicate waits for it, and sees its outcome.</remarks>
internal sealed class InboxHandler<TMessage>(OutboxDatabase database, IOutbox outbox, ITransactionalHandler<TMessage> handler, TimeProvider timeProvider,
    ILogger logger) : IMessageHandler<TMessage>
    where TMessage : notnull
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    private readonly InboxSql _sql = InboxSql.For(database);
    private readonly IAfterCommit<TMessage>? _after = handler as IAfterCommit<TMessage>;

    public async Task HandleAsync(TMessage message, MessageContext context, CancellationToken cancellationToken)
    {
        var id = IdOf(context);
        var mark = new
        {
            Consumer = context.Queue,
            Id = id.ToString(),
            Hash = SHA256.HashData(context.Body.Span),
            AfterCommit = _after is null ? 0 : 1,
            Now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var transaction = await CommitAsync(message, context, mark.Consumer, id, mark, mark.Hash, cancellationToken).ConfigureAwait(false);
        foreach (var work in transaction?.AfterCommitWork ?? [])
        {
            await RunAsync(work, context, cancellationToken).ConfigureAwait(false);
        }

        if (_after is not null && (transaction is not null
            || await HoldAsync(context, token => IsDueAsync(mark, token), cancellationToken).ConfigureAwait(false)))
        {
            await _after.AfterCommitAsync(message, context, cancellationToken).ConfigureAwait(false);
            await HoldAsync(context, token => SettleAsync(mark, token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null for a duplicate.</summary>
    private async Task<TransactionContext?> CommitAsync(TMessage message, MessageContext context, string consumer, Guid id, object mark, byte[] hash,
        CancellationToken cancellationToken)
    {
        var (write, isMarked, row) = await HoldAsync(context, token => MarkAsync(mark, token), cancellationToken).ConfigureAwait(false);
        await using var _ = write.ConfigureAwait(false);
        if (!isMarked)
        {
            if (row is null)
            {
                throw new RetryLaterException($"The inbox mark of message {context.MessageId} was deleted while it was read.", TimeSpan.FromSeconds(1));
            }

            if (!row.BodyHash.AsSpan().SequenceEqual(hash))
            {
                throw new IdentityConflictException(consumer, context.MessageId!);
            }

            logger.Duplicate(consumer, context.MessageId!);
            return null;
        }

        var transaction = new TransactionContext(write.Transaction, outbox, context, ordinal => DerivedId.From(consumer, id.ToString(), ordinal).ToString());
        await handler.HandleAsync(message, transaction, cancellationToken).ConfigureAwait(false);
        if (transaction.Events.Count > 0)
        {
            await outbox.PublishAsync(write.Transaction, transaction.Events, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await write.ThrowIfAbortedAsync(cancellationToken).ConfigureAwait(false);
        }

        // Whether it was committed is not known when this throws: the redelivery meets the mark, or does not.
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        if (transaction.Events.Count > 0)
        {
            outbox.Wake();
        }

        return transaction;
    }

    private async Task<(WriteTransaction Write, bool IsMarked, InboxRow? Earlier)> MarkAsync(object mark, CancellationToken cancellationToken)
    {
        var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            return await write.RunAsync(_sql.Mark, mark, cancellationToken: cancellationToken).ConfigureAwait(false) > 0
                ? (write, true, null)
                : (write, false, await write.RowOrDefaultAsync<InboxRow>(_sql.Find, mark, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await write.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> IsDueAsync(object mark, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenTablesAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.RowOrDefaultAsync<InboxRow>(_sql.Find, mark, cancellationToken: cancellationToken).ConfigureAwait(false))?.AfterCommit == 1;
    }

    private async Task<bool> SettleAsync(object mark, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.RunAsync(_sql.Settle, mark, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>Does what the inbox itself has to do in the database. While that fails the message waits, and holds up those behind it, which would fail too.
    /// It says nothing about the message, so it is no attempt.</summary>
    /// <exception cref="RetryLaterException">It has failed for some time, or the handler's time has ended.</exception>
    private async Task<T> HoldAsync<T>(MessageContext context, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await step(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException
                || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                var pause = Pauses.After(failures);
                if (cancellationToken.IsCancellationRequested || timeProvider.GetElapsedTime(started) + pause > LongestHold)
                {
                    throw new RetryLaterException($"The inbox '{database.Schema}' cannot be used: {ErrorText.MessageOf(exception)}", TimeSpan.FromSeconds(1));
                }

                if (failures == 1)
                {
                    logger.InboxUnavailable(context.Queue, context.MessageId!, database.Schema, ErrorText.MessageOf(exception));
                }

                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The effect is committed: asking for the message again would meet its mark, and not this work.
            logger.AfterCommitFailed(exception, context.Queue, context.MessageId!);
        }
    }

    private static Guid IdOf(MessageContext context) => context.MessageId switch
    {
        null or "" => throw new PermanentFailureException($"The message has no id, so a redelivery cannot be distinguished from a new message. Have the "
            + $"producer set message_id, or set {nameof(ConsumerOptions.MessageIdFromBodyHash)} of queue '{context.Queue}' to true."),
        var text when Guid.TryParse(text, out var id) => id,
        var text => DerivedId.From("message", text),
    };
}
