using PaymentService.Gateway;
using TechCorp.Messaging;
using TechCorp.Resilience;
using TechCorp.Samples;

namespace PaymentService;

/// <summary>Charges and refunds by idempotency key against a gateway that may be slow, refuse, fail, or charge and lose the reply.</summary>
public static class PaymentApp
{
    // Shorter than the 5 s that the order service waits: an answer that comes later reaches nobody.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(4);

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

        // A refusal that certainly did not charge is retried here; what is unknown is left to the saga, which asks again with the same key.
        builder.Services.AddTechCorpResilience(resilience => resilience.AddPipeline("gateway", gateway =>
        {
            gateway.Deadline = AnswerWithin;
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
