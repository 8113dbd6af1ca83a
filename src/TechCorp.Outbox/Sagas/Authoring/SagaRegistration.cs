using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>A saga that was registered; becomes a definition when one instance has been asked for its steps.</summary>
internal abstract class SagaRegistration
{
    internal abstract SagaDefinition Build(IServiceScopeFactory scopes, SagaOptions options);
}
