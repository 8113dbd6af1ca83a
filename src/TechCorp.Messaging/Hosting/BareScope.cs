using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Messaging;

/// <summary>Stands for a container where there is none: knows no service, and disposes the handlers made in it.</summary>
internal sealed class BareScope : IServiceScopeFactory, IServiceScope, IServiceProvider, IAsyncDisposable
{
    private static readonly List<object> None = [];
    private List<object>? _made;

    public IServiceProvider ServiceProvider => this;

    public IServiceScope CreateScope() => new BareScope();

    public object? GetService(Type serviceType) => null;

    public void Dispose()
    {
        foreach (var made in _made ?? None)
        {
            (made as IDisposable)?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var made in _made ?? None)
        {
            if (made is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (made as IDisposable)?.Dispose();
            }
        }
    }

    /// <summary>The container's handler; without a container a new one, made by its public constructor.</summary>
    internal static THandler Resolve<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(IServiceProvider services)
        where THandler : class
    {
        if (services is not BareScope bare)
        {
            return services.GetRequiredService<THandler>();
        }

        var handler = ActivatorUtilities.CreateInstance<THandler>(services);
        (bare._made ??= []).Add(handler);
        return handler;
    }
}
