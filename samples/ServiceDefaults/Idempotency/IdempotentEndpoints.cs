using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Samples;

/// <summary>Adds endpoints that respond once for each <c>Idempotency-Key</c>, with the responses in the service's own database.</summary>
public static class IdempotentEndpoints
{
    /// <summary>How long the key of a dead process stays claimed; a running request renews its lease.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>Requires the header and replays final responses: successes, and errors that a repetition cannot change.</summary>
    /// <typeparam name="TRequest">The type of the request body, which distinguishes requests under one key.</typeparam>
    /// <param name="endpoint">An endpoint that returns <see cref="IResult"/>, or a task of it. Building any other endpoint
    /// throws, before it can do anything.</param>
    /// <param name="notFinal">The statuses of the endpoint that are not final: a repeated request runs the endpoint again.</param>
    public static RouteHandlerBuilder RequireIdempotencyKey<TRequest>(this RouteHandlerBuilder endpoint, params int[] notFinal)
        => endpoint.AddEndpointFilterFactory((context, next) =>
        {
            if (!ReturnsResult(context.MethodInfo.ReturnType))
            {
                throw new InvalidOperationException($"The endpoint's handler returns {NameOf(context.MethodInfo.ReturnType)}; with an Idempotency-Key it must "
                    + "return IResult, Task<IResult> or ValueTask<IResult> (Results.Ok(...)), because its response must be stored.");
            }

            var filter = new IdempotencyFilter<TRequest>(notFinal);
            return invocation => filter.InvokeAsync(invocation, next);
        });

    /// <summary>Returns the key of a request to an endpoint that requires one.</summary>
    public static IdempotencyKey GetIdempotencyKey(this HttpContext http) => http.Features.Get<IdempotencyKeyFeature>()?.Key
        ?? throw new InvalidOperationException($"The endpoint does not require a key: call {nameof(RequireIdempotencyKey)} where it is mapped.");

    /// <summary>Returns the key of a request to an endpoint that stores no responses because it is idempotent itself,
    /// or what is wrong with the header.</summary>
    public static (string? Key, string? Problem) ReadIdempotencyKey(this HttpRequest request) => IdempotencyKeyHeader.Read(request);

    private static string NameOf(Type type)
        => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>" : type.Name;

    private static bool ReturnsResult(Type type) => type.IsAssignableTo(typeof(IResult))
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            && type.GenericTypeArguments[0].IsAssignableTo(typeof(IResult)));

    internal static void AddIdempotencyKeys(this IServiceCollection services, ServiceDatabase database)
    {
        var store = new SqlIdempotencyStore(database.Tables);
        var options = new IdempotencyOptions { Lease = Lease, WaitTimeout = TimeSpan.Zero };
        services.AddSingleton(provider => new IdempotencyExecutor(store, options,
            logger: provider.GetService<ILoggerFactory>()?.CreateLogger<IdempotencyExecutor>()));
        services.AddHostedService(provider => new IdempotencySweeper(store, provider.GetRequiredService<ILogger<IdempotencySweeper>>()));
    }
}
