using Microsoft.Extensions.Options;

namespace TechCorp.Patterns.Shared;

/// <summary>Turns the problems that options find in themselves into one exception that names all of them.</summary>
/// <remarks>A constructor throws <see cref="ArgumentOutOfRangeException"/>, a host's start <see cref="OptionsValidationException"/>. Each text is "owner:
/// Property must be …; it is …", or begins with the key of the configuration.</remarks>
internal static class OptionsCheck
{
    /// <summary>The longest duration that a timer takes.</summary>
    internal static readonly TimeSpan MaxTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>Prefixes each problem with its owner, such as the options type.</summary>
    internal static IEnumerable<string> Of(string owner, IEnumerable<string> problems) => problems.Select(problem => $"{owner}: {problem}");

    /// <summary>Makes the property that each problem begins with the full key of the configuration: <c>Retry.MaxAttempts must …</c> becomes
    /// <c>section:Retry:MaxAttempts must …</c>.</summary>
    internal static IEnumerable<string> OfSection(string section, IEnumerable<string> problems)
        => problems.Select(problem => problem.Split(' ', 2)).Select(words => $"{section}:{words[0].Replace('.', ':')} {words[1]}");

    /// <summary>For options that are given to a constructor; each problem begins with the name of its property.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is at least one problem; the parameter name is the first property.</exception>
    internal static void Throw(string owner, IEnumerable<string> problems)
    {
        string[] found = [.. problems];
        if (found.Length > 0)
        {
            throw new ArgumentOutOfRangeException(found[0].Split(' ', 2)[0], string.Join(' ', Of(owner, found)));
        }
    }

    /// <summary>For options that a container starts with.</summary>
    /// <exception cref="OptionsValidationException">There is at least one problem; its failures are all of them.</exception>
    internal static void ThrowAtStart(string section, Type options, IReadOnlyCollection<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(section, options, problems);
        }
    }
}
