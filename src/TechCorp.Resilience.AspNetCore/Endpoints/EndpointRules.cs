using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Endpoints whose responses cannot be replayed, found when they are built.</summary>
internal static class EndpointRules
{
    /// <exception cref="InvalidOperationException">The endpoint cannot require a key; the message says why.</exception>
    internal static void Check(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IdempotencyKeyMetadata>().Any())
        {
            throw Refusal(endpoint, "it requires one already; call RequireIdempotencyKey once, on the endpoint or on its group");
        }

        if (endpoint.Metadata.OfType<ActionDescriptor>().Any())
        {
            throw Refusal(endpoint, "it is an action of an MVC controller, which is not supported; map it with MapPost");
        }

        if (endpoint.Metadata.OfType<MethodInfo>().Any(method => Streams(method.ReturnType)))
        {
            throw Refusal(endpoint, "it returns server-sent events, a stream that cannot be stored and replayed");
        }
    }

    private static bool Streams(Type type)
        => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ServerSentEventsResult<>) || type.GenericTypeArguments.Any(Streams));

    private static InvalidOperationException Refusal(EndpointBuilder endpoint, string why)
        => new($"The endpoint '{endpoint.DisplayName}' cannot require an Idempotency-Key: {why}.");
}
