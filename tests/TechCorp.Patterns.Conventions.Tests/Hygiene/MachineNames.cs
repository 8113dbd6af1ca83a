using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Nothing committed knows the machine that it was written on.</summary>
public sealed class MachineNames
{
    /// <summary>Each in two halves, so that this file does not hold what it looks for.</summary>
    private static readonly Dictionary<string, Regex> Forbidden = new()
    {
        ["a path of a work folder"] = Pattern(@"(?<![\w.*)-])/wo" + "rk/"),
        ["a path of a home folder"] = Pattern(@"(?<![\w.*)-])/(ro" + @"ot|home/\w+|Users/\w+)/"),
        ["a path of a Windows home folder"] = Pattern(@"\b[A-Z]:\\+Us" + "ers\\b"),
        ["a tool folder of a machine"] = Pattern(@"(?<![\w)])\.libr" + "ary\\b"),
        ["a package registry"] = Pattern(@"\b(nu" + "get|debian|ubuntu|npmjs|yarnpkg|pypi|myget)" + @"\.(org|com|net)\b"),
        ["a package registry by its endpoint"] = Pattern("https?://[^ \"'<>]*/(v3/in" + @"dex\.json|artifactory|nexus)"),
    };

    [Safeguard("No machine names", SwitchedOff = "a document with a path and a registry")]
    [Fact]
    public void No_file_names_a_path_of_a_machine_or_a_registry()
        => (from file in Repository.Files
            where file.IsText
            from line in file.Lines.Index()
            from rule in Forbidden
            where rule.Value.IsMatch(line.Item)
            select $"{file.Path}:{line.Index + 1} holds {rule.Key}: {line.Item.Trim()}")
            .ShouldBeNone("a clone is built on other machines with other sources");

    [Safeguard("Package sources", SwitchedOff = "sources cleared in `nuget.config`")]
    [Fact]
    public void The_package_sources_of_the_machine_are_kept_and_none_is_added_but_folders()
    {
        var files = Repository.Files.Where(file => file.Name.Equals("nuget.config", StringComparison.OrdinalIgnoreCase)).ToList();

        files.Should().NotBeEmpty();
        (from file in files
         from element in XDocument.Parse(file.Text).Descendants()
         where element.Name.LocalName == "clear"
             || element.Attributes().Any(attribute => attribute.Value.StartsWith("http", StringComparison.OrdinalIgnoreCase))
         select $"{file.Path}: {element}")
            .ShouldBeNone("each machine decides where packages come from");
    }

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
