using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Patterns.Contracts;

/// <summary>Scopes for where there is no container: factories make sagas without asking for services.</summary>
internal sealed class NoContainer : IServiceScopeFactory, IServiceScope, IServiceProvider
{
    internal static NoContainer Instance { get; } = new();

    public IServiceProvider ServiceProvider => this;

    public IServiceScope CreateScope() => this;

    public object? GetService(Type serviceType) => null;

    public void Dispose()
    {
    }
}
