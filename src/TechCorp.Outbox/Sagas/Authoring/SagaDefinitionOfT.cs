using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>A registered definition with its state.</summary>
internal sealed class SagaDefinition<TState>(Func<IServiceProvider, Saga<TState>> factory, JsonTypeInfo<TState> json) : SagaDefinition
    where TState : class
{
    internal override Type StateType => typeof(TState);

    internal JsonTypeInfo<TState> Json { get; } = json;

    internal override SagaSession Open(AsyncServiceScope scope, IOutbox outbox)
    {
        try
        {
            return new SagaSession<TState>(factory(scope.ServiceProvider).Steps(), Json, outbox, scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }
}
