using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Sends the notifications that <c>notification.sms.#</c> matches.</summary>
[Consumer(Queue = "notifications.sms")]
public sealed class SmsWorker : ITransactionalHandler<Notification>
{
    /// <inheritdoc/>
    public Task HandleAsync(Notification message, TransactionContext context, CancellationToken cancellationToken) => context.SendAsync("sms", message);
}
