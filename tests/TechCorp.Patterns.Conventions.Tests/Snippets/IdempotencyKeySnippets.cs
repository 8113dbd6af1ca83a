#region snippet: usings-idempotency-keys
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class IdempotencyKeySnippets
{
    internal static WebApplication Build()
    {
        #region snippet: guide-idempotency-memory
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddTechCorpResilience(resilience => resilience.AddIdempotency()); // the executor, over a store in memory
        builder.Services.AddTechCorpIdempotencyKeys(); // reads the configuration and checks the endpoints when the host starts
        var app = builder.Build();
        app.MapPost("/orders", (OrderState order) => Results.Created($"/orders/{order.OrderId}", order)).RequireIdempotencyKey();
        #endregion
        return app;
    }
}
