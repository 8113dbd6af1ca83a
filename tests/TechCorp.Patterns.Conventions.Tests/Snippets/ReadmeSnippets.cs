using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal sealed record OrderCreated(string OrderId, string UserId);

internal sealed record Notification(string OrderId, string Text);

internal sealed record ImageResize(string ImageId, IReadOnlyList<string> Sizes);

internal sealed record PricesChanged(string Product);

internal sealed record OrderState(string OrderId, long Amount);

internal sealed record Receipt(string PaymentId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(ImageResize))]
[JsonSerializable(typeof(PricesChanged))]
[JsonSerializable(typeof(OrderState))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ShopJson : JsonSerializerContext;

internal interface IMailer
{
    Task SendConfirmationAsync(OrderCreated order, CancellationToken cancellationToken);
}

internal interface IImages
{
    Task ResizeAsync(ImageResize job, CancellationToken cancellationToken);
}

internal interface IPayments
{
    Task<HttpStatusCode> ChargeAsync(string key, OrderState order, CancellationToken cancellationToken);

    Task RefundAsync(string key, string chargeKey, CancellationToken cancellationToken);

    ValueTask<Receipt> ChargeCardAsync(OrderState order, CancellationToken cancellationToken);
}

internal interface IInventory
{
    Task<bool> ReserveAsync(string key, OrderState order, CancellationToken cancellationToken);

    Task ReleaseAsync(string key, string reservationKey, CancellationToken cancellationToken);

    Task ConfirmAsync(string key, OrderState order, CancellationToken cancellationToken);
}

internal static class ReadmeSnippets
{
    internal static async Task<bool> CallAsync(ResiliencePipelineRegistry pipelines, HttpClient http, CancellationToken cancellationToken)
    {
        #region snippet: fallback
        var pipeline = pipelines.Get("inventory");
        return await pipeline.ExecuteAsync(
            static async (http, token) => await http.GetStringAsync("/products/17/availability?quantity=1", token) == "true",
            static (_, reason, _) => ValueTask.FromResult(true), // the circuit is open: accept the order, the reservation decides later
            http,
            cancellationToken);
        #endregion
    }

    internal static void PublishSubscribe(IServiceCollection services)
    {
        #region snippet: publish-subscribe
        services.AddTechCorpMessaging(messaging => messaging
            .UseRabbitMq("amqp://guest:guest@localhost:5672/") // or UseInMemory(new InMemoryBroker())
            .AddTopology(Topology.Fanout("events.fanout", "inventory.order-events", "notification.order-events"))
            .AddMessage("order.created", ShopJson.Default.OrderCreated, Destination.ToExchange("events.fanout"))
            .AddConsumer<ConfirmationHandler, OrderCreated>());
        #endregion
    }

    internal static async Task PublishAsync(IMessagePublisher publisher, CancellationToken cancellationToken)
    {
        #region snippet: publish
        // Returns after the broker has routed this message to a queue and confirmed it; throws PublishException otherwise.
        await publisher.PublishAsync(new OrderCreated("17", "ana"), cancellationToken: cancellationToken);
        #endregion
    }

    internal static void Topic(MessagingBuilder messaging)
    {
        #region snippet: topic
        // '*' matches exactly one word: 'notification.email.*' does not match 'notification.email.order.confirmed'.
        messaging.AddTopology(Topology.Topic(
            "notifications",
            ("notification.email.#", "notifications.email"),
            ("notification.sms.#", "notifications.sms")));
        #endregion
    }

    internal static Task NotifyAsync(IMessagePublisher publisher, Notification notification, CancellationToken cancellationToken)
    {
        #region snippet: topic-publish
        return publisher.PublishAsync(
            notification, Destination.ToExchange("notifications", "notification.email.order.confirmed"), cancellationToken: cancellationToken);
        #endregion
    }

    internal static void WorkQueue(MessagingBuilder messaging)
    {
        #region snippet: work-queue
        messaging
            .AddTopology(Topology.WorkQueue("images.resize")) // also declares the dead-letter queue 'images.resize.dlq', bound to the exchange 'dlx'
            .AddMessage("image.resize", ShopJson.Default.ImageResize, Destination.ToQueue("images.resize"))
            .AddConsumer<ResizeWorker, ImageResize>();
        #endregion
    }

    internal static async Task PeekAndRedriveAsync(DeadLetterQueues deadLetters, CancellationToken cancellationToken)
    {
        #region snippet: dead-letters
        foreach (var deadLetter in await deadLetters.PeekAsync("images.resize", count: 10, cancellationToken))
        {
            Console.WriteLine($"{deadLetter.MessageId}: {deadLetter.Reason} after {deadLetter.Attempts} attempts: {deadLetter.ExceptionMessage}");
        }

        await deadLetters.RedriveAsync("images.resize", new RedriveOptions { MaxCount = 10 }, cancellationToken);
        #endregion
    }

    internal static void Sagas(OutboxBuilder outbox)
    {
        #region snippet: saga-registration
        outbox.AddSaga<OrderSaga, OrderState>(ShopJson.Default.OrderState);
        #endregion
    }

    internal static async Task StartAsync(SagaOrchestrator sagas, CancellationToken cancellationToken)
    {
        #region snippet: saga-start
        await sagas.StartAsync("17", new OrderState("17", Amount: 4200), cancellationToken); // another overload joins your transaction
        var saga = await sagas.FindAsync<OrderState>("17", cancellationToken); // status, reason, steps
        #endregion
        saga.Should().NotBeNull();
    }
}

#region snippet: consumer
[Consumer(Queue = "notification.order-events", Prefetch = 5)]
internal sealed class ConfirmationHandler(IMailer mailer) : IMessageHandler<OrderCreated>
{
    // Returning acknowledges the message. Throwing retries it after 1, 2, 4 and 8 s, then dead-letters it with the reason.
    public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken)
        => mailer.SendConfirmationAsync(message, cancellationToken);
}
#endregion

#region snippet: worker
[Consumer(Queue = "images.resize", Prefetch = 5, Concurrency = 2)]
internal sealed class ResizeWorker(IImages images) : IMessageHandler<ImageResize>
{
    public Task HandleAsync(ImageResize message, MessageContext context, CancellationToken cancellationToken)
        => message.Sizes.Count == 0
            ? throw new PermanentFailureException("The job names no size.") // dead-lettered without a retry
            : images.ResizeAsync(message, cancellationToken);
}
#endregion

#region snippet: saga
internal sealed class OrderSaga(IInventory inventory, IPayments payments) : Saga<OrderState>
{
    protected override void Define(SagaSteps<OrderState> steps) => steps
        .Step("reserve-inventory", ReserveAsync, compensate: (step, token) => inventory.ReleaseAsync(step.IdempotencyKey, step.ActionKey, token))
        .Step("process-payment", PayAsync, compensate: (step, token) => payments.RefundAsync(step.IdempotencyKey, step.ActionKey, token))
        .Step("confirm-reservation", ConfirmAsync).Retriable();

    private async Task<StepOutcome> ReserveAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
        => await inventory.ReserveAsync(step.IdempotencyKey, step.State, cancellationToken) ? StepOutcome.Success() : StepOutcome.Rejected("out of stock");

    // An exception means that the outcome is unknown: the saga calls again with the same key, and refunds if it never learns the outcome.
    private async Task<StepOutcome> PayAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
        => await payments.ChargeAsync(step.IdempotencyKey, step.State, cancellationToken) switch
        {
            HttpStatusCode.OK => StepOutcome.Success(),
            HttpStatusCode.PaymentRequired => StepOutcome.Rejected("card declined"),
            var status => throw new HttpRequestException($"The payment service responded with {status}."),
        };

    private async Task<StepOutcome> ConfirmAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        await inventory.ConfirmAsync(step.IdempotencyKey, step.State, cancellationToken);
        return StepOutcome.Success();
    }
}
#endregion
