using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The ids that tie tests and documents to the requirements: those that tests carry against those that <c>docs/requirements</c> defines.</summary>
public sealed partial class RequirementIds
{
    private static readonly ILookup<string, string> FilesByCarriedId
        = TestMethods.SpecIds.Distinct().ToLookup(use => use.Id.Trim('"'), use => use.File, StringComparer.Ordinal);

    [Safeguard("Shape of ids", SwitchedOff = "an id in lower case")]
    [Fact]
    public void A_requirement_id_is_two_capital_letters_and_digits()
        => TestMethods.SpecIds.Where(use => !Shape().IsMatch(use.Id))
            .Select(use => $"{use.File}: {use.Id}")
            .ShouldBeNone("reports count the ids by their shape");

    [Safeguard("Ids of tests are defined", SwitchedOff = "a test that carries an id without a row")]
    [Fact]
    public void Every_id_that_a_test_carries_is_defined()
        => (from carried in FilesByCarriedId
            where !RequirementPages.Ids.Contains(carried.Key)
            from file in carried
            select $"{file} carries {carried.Key}, which no page of {RequirementPages.Folder} defines: add its row, or correct the id.")
            .ShouldBeNone("an id is a promise that a reader can look up");

    [Safeguard("An id has one definition", SwitchedOff = "a row copied to another page")]
    [Fact]
    public void No_id_is_defined_twice()
        => RequirementPages.All.GroupBy(requirement => requirement.Id).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key} is defined at {string.Join(" and ", same.Select(requirement => requirement.Place))}: keep one.")
            .ShouldBeNone("an id means one promise");

    [Safeguard("Requirements are shown", SwitchedOff = "an `open` removed from a row that no test carries")]
    [Fact]
    public void Every_requirement_is_carried_by_a_test_or_marked_open()
        => RequirementPages.All.Where(requirement => !requirement.IsOpen && !FilesByCarriedId.Contains(requirement.Id))
            .Select(requirement => $"{requirement.Place}: no test carries {requirement.Id}: write [Trait(\"Spec\", …)] on the one that shows it, or "
            + $"mark it '{Requirement.Open}'.")
            .ShouldBeNone("a promise that no test carries is a hope");

    [Safeguard("`open` ends with the first test", SwitchedOff = "`open` in a row that tests carry")]
    [Fact]
    public void A_requirement_marked_open_is_carried_by_no_test()
        => RequirementPages.All.Where(requirement => requirement.IsOpen && FilesByCarriedId.Contains(requirement.Id))
            .Select(requirement => $"{requirement.Place}: {requirement.Id} is marked '{Requirement.Open}' and carried by "
            + $"{string.Join(" and ", FilesByCarriedId[requirement.Id])}: remove the mark.")
            .ShouldBeNone("the mark ends with the first test");

    [Safeguard("Ids in documents are defined", SwitchedOff = "a guide that names an id without a row")]
    [Fact]
    public void Every_id_that_a_document_names_is_defined()
        => (from file in Repository.Files.Where(IsDocument)
            from line in file.Lines.Index()
            from id in RequirementPages.IdsIn(line.Item).Distinct()
            where !RequirementPages.Ids.Contains(id)
            select $"{file.Path}:{line.Index + 1} names {id}, which no page of {RequirementPages.Folder} defines.")
            .ShouldBeNone("a reader follows an id to its definition");

    [Safeguard("Rows of requirements", SwitchedOff = "a row without a text; another word as status")]
    [Fact]
    public void A_requirement_has_a_text_and_no_other_status_than_open()
        => RequirementPages.All.Where(requirement => requirement.Text.Length == 0 || !(requirement.IsOpen || requirement.Status.Length == 0))
            .Select(requirement => $"{requirement.Place}: {requirement.Id} has the text '{requirement.Text}' and the status '{requirement.Status}'.")
            .ShouldBeNone("a row is an id, a promise, and nothing or 'open'");

    [Safeguard("Families of ids", SwitchedOff = "a family removed from the list; a family listed with another page")]
    [Fact]
    public void Each_family_is_listed_with_the_page_that_defines_it()
    {
        var defined = RequirementPages.All.Select(requirement => (requirement.Family, Page: requirement.Page.Path)).Distinct().ToList();

        defined.Should().NotBeEmpty();
        defined.Except(RequirementPages.Families)
            .Select(row => $"{row.Page} defines ids of {row.Family}, and {RequirementPages.Folder}/README.md does not say so.")
            .Concat(RequirementPages.Families.Except(defined)
                .Select(row => $"{RequirementPages.Folder}/README.md lists {row.Family}, and {row.Page} defines no id of it."))
            .ShouldBeNone("the list of families leads to the pages");
    }

    [Safeguard("Guarantees are shown", SwitchedOff = "ids that no test carries")]
    [Fact]
    public void Every_guarantee_is_shown_by_tests_that_carry_its_ids()
    {
        var promised = RequirementPages.IdsIn(File.ReadAllText(Path.Combine(Repository.Root, "docs/guarantees.md"))).ToHashSet(StringComparer.Ordinal);

        promised.Should().NotBeEmpty();
        promised.Where(id => !FilesByCarriedId.Contains(id))
            .Select(id => $"docs/guarantees.md: no test carries {id}.")
            .ShouldBeNone("a promise of docs/guarantees.md that no test carries is a hope");
    }

    private static bool IsDocument(RepositoryFile file)
        => file.Path.EndsWith(".md", StringComparison.Ordinal)
            && (!file.Path.Contains('/', StringComparison.Ordinal) || file.Name.StartsWith("README", StringComparison.Ordinal)
                || file.Path.StartsWith("docs/", StringComparison.Ordinal));

    [GeneratedRegex("^\"[A-Z]{2}[0-9]+\"$")]
    private static partial Regex Shape();
}
