namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Documents, comments and messages are spelled as hunspell's dictionaries and the word lists of the repository have it.</summary>
public sealed class Spelling
{
    private static readonly Dictionary<string, Lazy<Language>> Languages = new()
    {
        ["en_US"] = new(() => Language.Read("en_US", "eng/words.txt", prose => !prose.IsPortuguese)),
        ["pt_BR"] = new(() => Language.Read("pt_BR", "eng/words.pt-BR.txt", prose => prose.IsPortuguese)),
    };

    public static TheoryData<string> Dictionaries => [.. Languages.Keys];

    [Theory, MemberData(nameof(Dictionaries))]
    public void A_word_is_in_the_dictionary_or_in_the_word_list(string dictionary)
    {
        var language = Languages[dictionary].Value;
        var misspelled = language.Unknown.Where(word => !language.Lists(word)).ToList();
        var suggestions = misspelled.Count > 0 ? Hunspell.Suggest(dictionary, misspelled) : new Dictionary<string, string>();

        (from word in misspelled
         from place in language.Words[word]
         orderby place
         select $"{place}: {word} ({suggestions.GetValueOrDefault(word, "no suggestion")})")
            .ShouldBeNone($"a misspelled word is not found by a search; a term of the field or a name goes into {language.ListFile}");
    }

    [Theory, MemberData(nameof(Dictionaries))]
    public void The_word_list_is_sorted_and_names_nothing_twice(string dictionary)
    {
        var listed = Languages[dictionary].Value.Listed;

        listed.Should().Equal(listed.Order(StringComparer.OrdinalIgnoreCase).Distinct(StringComparer.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(Dictionaries))]
    public void A_word_of_the_list_is_used_and_not_in_the_dictionary(string dictionary)
    {
        var language = Languages[dictionary].Value;
        var needed = language.Unknown.ToHashSet(StringComparer.OrdinalIgnoreCase);

        language.Listed.Where(word => !needed.Contains(word))
            .Select(word => $"{language.ListFile}: remove '{word}'.")
            .ShouldBeNone("a short list can be read");
    }

    /// <summary>The words of one language and what its dictionary says of them.</summary>
    private sealed record Language(string ListFile, IReadOnlyList<string> Listed, ILookup<string, string> Words, IReadOnlySet<string> Unknown)
    {
        public static Language Read(string dictionary, string listFile, Func<Prose, bool> isOfLanguage)
        {
            var words = Prose.All.Where(isOfLanguage).SelectMany(Tests.Words.In).ToLookup(use => use.Word, use => use.Place, StringComparer.Ordinal);
            return new Language(listFile, File.ReadAllLines(Path.Combine(Repository.Root, listFile)), words,
                Hunspell.Unknown(dictionary, words.Select(word => word.Key)));
        }

        /// <summary>A list entry in lower case also stands for the word at the start of a sentence.</summary>
        public bool Lists(string word) => Listed.Contains(word) || Listed.Contains(char.ToLowerInvariant(word[0]) + word[1..]);
    }
}
