using System.Text.Json.Serialization;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal sealed record Availability(bool Available);

internal sealed record Charge(string OrderId, long Amount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Availability))]
[JsonSerializable(typeof(Charge))]
internal sealed partial class CallJson : JsonSerializerContext;
