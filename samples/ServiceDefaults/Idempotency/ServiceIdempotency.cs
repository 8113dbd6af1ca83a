using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechCorp.Outbox;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;

namespace TechCorp.Samples;

/// <summary>Endpoints with an <c>Idempotency-Key</c> keep their responses in the service's own database.</summary>
internal static class ServiceIdempotency
{
    #region snippet: guide-idempotency-service
    internal static void AddIdempotencyKeys(this IServiceCollection services, ServiceDatabase database)
    {
        var store = new SqlIdempotencyStore(database.Tables);
        var options = new IdempotencyOptions { Lease = TimeSpan.FromSeconds(5), WaitTimeout = TimeSpan.Zero }; // a duplicate gets 409 at once
        services.AddSingleton(provider => new IdempotencyExecutor(store, options,
            logger: provider.GetService<ILoggerFactory>()?.CreateLogger<IdempotencyExecutor>()));
        services.AddHostedService(provider => new IdempotencySweeper(store, provider.GetRequiredService<ILogger<IdempotencySweeper>>()));
        services.AddTechCorpIdempotencyKeys();
    }
    #endregion
}
