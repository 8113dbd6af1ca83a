using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Patterns.Shared;

/// <summary>The settings that were read once: says which of them have changed since, because only a restart lets the service follow them.</summary>
/// <remarks>Only what was asked for counts: the sections of other services change without a word. Values are never shown. The configuration may report a
/// change on any thread; the other calls are made one after the other.</remarks>
internal sealed class RestartNotice : IDisposable
{
    private const int MostNamed = 20;

    private readonly Lock _gate = new();
    private readonly List<ReadSetting> _settings = []; // guarded by _gate
    private IDisposable? _subscription;

    /// <summary>Notes a setting that is being read.</summary>
    internal void Note(IConfigurationSection setting)
    {
        lock (_gate)
        {
            _settings.Add(new ReadSetting(setting));
        }
    }

    /// <summary>From now on, and for what has changed already, <paramref name="warn"/> gets the keys that changed: once for each change.</summary>
    internal void Follow(Action<string> warn)
    {
        IConfigurationSection? any;
        lock (_gate)
        {
            any = _settings.FirstOrDefault()?.Source;
        }

        if (any is not null && _subscription is null)
        {
            _subscription = ChangeToken.OnChange(any.GetReloadToken, () => Report(warn));
            Report(warn);
        }
    }

    public void Dispose() => _subscription?.Dispose();

    private void Report(Action<string> warn)
    {
        List<string> changed;
        lock (_gate)
        {
            changed = [.. _settings.Where(setting => setting.HasChanged()).Select(setting => setting.Source.Path)];
        }

        if (changed.Count > 0)
        {
            var more = changed.Count > MostNamed ? $" and {changed.Count - MostNamed} more" : "";
            warn(string.Join(", ", changed.Take(MostNamed)) + more);
        }
    }

    /// <summary>A value, or the values of a list.</summary>
    private sealed class ReadSetting
    {
        private readonly string _inForce;
        private string _seen;

        internal ReadSetting(IConfigurationSection source)
        {
            Source = source;
            _inForce = _seen = ValueOf(source);
        }

        internal IConfigurationSection Source { get; }

        /// <summary>Whether it is not what it was at the last look, and not what is in force.</summary>
        internal bool HasChanged()
        {
            var now = ValueOf(Source);
            var changed = now != _seen && now != _inForce;
            _seen = now;
            return changed;
        }

        private static string ValueOf(IConfigurationSection source) => string.Join('\n', source.AsEnumerable().Select(entry => $"{entry.Key}={entry.Value}"));
    }
}
