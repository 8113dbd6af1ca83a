using PaymentService.Gateway;
using TechCorp.Messaging;
using TechCorp.Resilience;
using TechCorp.Samples;

namespace PaymentService;

/// <summary>Charges and refunds by idempotency key, through a gateway that may be slow, decline, fail, or charge and lose the reply.</summary>
public static class PaymentApp
{
    // Shorter than the 5 s that the order service waits, so that it still gets the response.
    private static readonly TimeSpan ResponseDeadline = TimeSpan.FromSeconds(4);

    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.WorkQueue("payments.retry"))
                .AddMessage("payment.retry", PaymentJson.Default.PaymentRetry, Destination.ToQueue("payments.retry"))
                .AddConsumer<PaymentRetryHandler, PaymentRetry>());

        // A refused connection is retried here, because nothing was charged. An unknown outcome is left to the saga, which retries with the same key.
        builder.Services.AddTechCorpResilience(resilience => resilience.AddPipeline("gateway", gateway =>
        {
            gateway.Deadline = ResponseDeadline;
            gateway.Timeout = new TimeoutOptions();
            gateway.Retry = new RetryOptions();
            gateway.CircuitBreaker = new CircuitBreakerOptions();
            gateway.Outcomes.DoNotRetry<GatewayReplyLostException>().DoNotRetry<TimeoutRejectedException>();
        }));

        var gateway = new SimulatedGateway(ServiceDatabase.Open(settings, "payment-gateway"), settings.Configuration.GetValueOrDefault("Gateway:Mutation"));
        builder.Services.AddSingleton(_ => gateway);
        builder.Services.AddSingleton<IPaymentGateway>(gateway);
        builder.Services.AddHostedService(_ => gateway);
        builder.Services.AddSingleton<PaymentStore>();
        builder.Services.AddSingleton<Payments>();

        var app = builder.BuildService();
        app.MapPayments();
        app.MapGateway(settings);
        return app;
    }
}
