using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>A saga that was registered; becomes a type when one instance has been asked for its steps.</summary>
internal abstract class SagaRegistration
{
    internal abstract SagaType Build(IServiceScopeFactory scopes, SagaOptions options);
}
