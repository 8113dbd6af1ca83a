using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Samples;

/// <summary>Endpoints that answer once for each <c>Idempotency-Key</c>, with the answers in the service's own database.</summary>
public static class IdempotentEndpoints
{
    /// <summary>How long a request of a process that died keeps its key; a running one renews it.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>Demands the header and replays final answers: successes, and refusals that asking again cannot change.</summary>
    /// <typeparam name="TRequest">The endpoint's body, by which requests under one key are told apart.</typeparam>
    /// <param name="endpoint">An endpoint that returns <see cref="IResult"/>, or a task of it; one that does not is refused when it is built, before it can do anything.</param>
    /// <param name="open">Its statuses that are not final: asking again finds what is known by then.</param>
    public static RouteHandlerBuilder RequireIdempotencyKey<TRequest>(this RouteHandlerBuilder endpoint, params int[] open)
        => endpoint.AddEndpointFilterFactory((context, next) =>
        {
            if (!ReturnsResult(context.MethodInfo.ReturnType))
            {
                throw new InvalidOperationException($"The endpoint's handler returns {NameOf(context.MethodInfo.ReturnType)}; with an Idempotency-Key it must return IResult, Task<IResult> or ValueTask<IResult> (Results.Ok(...)), or its answer could not be kept.");
            }

            var filter = new IdempotencyFilter<TRequest>(open);
            return invocation => filter.InvokeAsync(invocation, next);
        });

    /// <summary>The key of a request to an endpoint that demands one.</summary>
    public static IdempotencyKey GetIdempotencyKey(this HttpContext http) => http.Features.Get<IdempotencyKeyFeature>()?.Key
        ?? throw new InvalidOperationException($"The endpoint does not demand a key: call {nameof(RequireIdempotencyKey)} where it is mapped.");

    /// <summary>The key of a request to an endpoint that keeps no answers because its own work may be repeated; or what is wrong with the header.</summary>
    public static (string? Key, string? Problem) ReadIdempotencyKey(this HttpRequest request) => IdempotencyKeyHeader.Read(request);

    private static string NameOf(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>" : type.Name;

    private static bool ReturnsResult(Type type) => type.IsAssignableTo(typeof(IResult))
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)) && type.GenericTypeArguments[0].IsAssignableTo(typeof(IResult)));

    internal static void AddIdempotencyKeys(this IServiceCollection services, ServiceDatabase database)
    {
        var store = new SqlIdempotencyStore(database.Tables);
        var options = new IdempotencyOptions { Lease = Lease, OnDuplicate = DuplicateMode.Conflict };
        services.AddSingleton(provider => new IdempotencyExecutor(store, options, logger: provider.GetService<ILoggerFactory>()?.CreateLogger<IdempotencyExecutor>()));
        services.AddHostedService(provider => new IdempotencySweeper(store, provider.GetRequiredService<ILogger<IdempotencySweeper>>()));
    }
}
