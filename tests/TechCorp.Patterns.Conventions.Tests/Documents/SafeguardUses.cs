namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The <c>[Safeguard]</c> attributes of the tests.</summary>
internal static class SafeguardUses
{
    public static IReadOnlyList<SafeguardUse> All { get; }
        = [.. Repository.Sources(".cs", "tests").SelectMany(file => Read(file.Path, file.Text))];

    public static IEnumerable<SafeguardUse> Read(string file, string text)
        => TestAttribute.Read("Safeguard", text).Select(attribute => new SafeguardUse(
            attribute.First,
            attribute.Argument(nameof(SafeguardAttribute.SwitchedOff)),
            attribute.Argument(nameof(SafeguardAttribute.Remark)),
            attribute.Class,
            attribute.Method,
            attribute.IsOnTest,
            file,
            attribute.Line));
}
