using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>Services that belong to an outbox: plain, or keyed by its name.</summary>
internal static class KeyedLikeOutbox
{
    internal static T OfOutbox<T>(this IServiceProvider provider, string? name)
        where T : notnull
        => name is null ? provider.GetRequiredService<T>() : provider.GetRequiredKeyedService<T>(name);

    internal static void AddForOutbox<T>(this IServiceCollection services, string? name, Func<IServiceProvider, T> make)
        where T : class
    {
        if (name is null)
        {
            services.AddSingleton(make);
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => make(provider));
        }
    }
}
