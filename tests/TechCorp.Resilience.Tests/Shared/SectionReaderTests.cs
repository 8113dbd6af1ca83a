using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Resilience.Tests;

public sealed class SectionReaderTests
{
    private readonly List<string> _problems = [];
    private readonly List<object> _read = [];

    [Safeguard("A duration without a unit is refused", SwitchedOff = "`SectionReader.Duration` parses with `TimeSpan.TryParse` and needs no colon")]
    [Theory, Trait("Spec", "FH1")]
    [InlineData("30")]
    [InlineData(" 30 ")]
    [InlineData("1.5")]
    [InlineData("00:00:60")]
    [InlineData("24:00:60")]
    [InlineData("1000000:00:00")]
    [InlineData("30s")]
    [InlineData("")]
    public void A_duration_that_does_not_say_its_unit_is_refused_with_the_form(string text)
    {
        Read(text, static (reader, read) => reader.Duration("Key", value => read(value)));

        _problems.Should().Equal($"s:Key must be a duration like 00:00:30 or 1.00:00:00; it is '{text}'.");
        _read.Should().BeEmpty();
    }

    [Theory, Trait("Spec", "FH1")]
    [InlineData("24:00:00", "1.00:00:00")]
    [InlineData(" 36:30:00 ", "1.12:30:00")]
    [InlineData("720:00:00.5", "30.00:00:00.5000000")]
    public void A_duration_whose_hours_make_days_is_refused_with_the_text_that_says_them(string text, string meant)
    {
        Read(text, static (reader, read) => reader.Duration("Key", value => read(value)));

        _problems.Should().Equal($"s:Key must be a duration like 00:00:30 or 1.00:00:00; it is '{text}'. Hours end at 23: write {meant}.");
        _read.Should().BeEmpty();
    }

    [Theory, Trait("Spec", "FH1")]
    [InlineData("00:00:30", 30)]
    [InlineData(" 00:00:30\n", 30)]
    [InlineData("1.00:00:00", 86_400)]
    [InlineData("00:00:00.5", 0.5)]
    [InlineData("-00:00:01", -1)]
    public void A_duration_with_colons_is_read_whatever_the_culture(string text, double seconds)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;
            Read(text, static (reader, read) => reader.Duration("Key", value => read(value)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        _read.Should().Equal(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("2147483648")]
    [InlineData("many")]
    public void A_whole_number_is_refused_when_it_is_none(string text)
    {
        Read(text, static (reader, read) => reader.Int32("Key", value => read(value)));

        _problems.Should().Equal($"s:Key must be a whole number; it is '{text}'.");
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    public void A_number_is_finite_and_written_with_a_point(string text)
    {
        Read(text, static (reader, read) => reader.Double("Key", value => read(value)));

        _problems.Should().Equal($"s:Key must be a number such as 1.5; it is '{text}'.");
    }

    [Safeguard("An enumeration is configured by name only", SwitchedOff = "`SectionReader.Choice` takes what `Enum.TryParse` takes")]
    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("Full, Equal")]
    [InlineData("-1")]
    public void A_choice_is_one_name_and_no_number(string text)
    {
        Read(text, static (reader, read) => reader.Choice<JitterKind>("Key", value => read(value)));

        _problems.Should().ContainSingle().Which.Should().Be($"s:Key must be one of {string.Join(", ", Enum.GetNames<JitterKind>())}; it is '{text}'.");
    }

    [Fact]
    public void White_space_and_case_do_not_matter()
    {
        Read(" FULL ", static (reader, read) => reader.Choice<JitterKind>("key", value => read(value)));
        Read(" 7 ", static (reader, read) => reader.Int32("KEY", value => read(value)));
        Read(" TRUE ", static (reader, read) => reader.Boolean("Key", value => read(value)));
        Read(" 1.5 ", static (reader, read) => reader.Double("Key", value => read(value)));

        _read.Should().Equal(JitterKind.Full, 7, true, 1.5);
        _problems.Should().BeEmpty();
    }

    [Fact]
    public void A_null_leaves_the_option_alone()
    {
        Read(null, static (reader, read) => reader.Int32("Key", value => read(value)));

        _read.Should().BeEmpty();
        _problems.Should().BeEmpty();
    }

    [Fact]
    public void A_section_where_a_value_belongs_and_a_value_where_a_section_belongs_are_refused()
    {
        SectionReader.Read(Section(("Key:Inner", "1"), ("Part", "5")), _problems, reader =>
        {
            reader.Int32("Key", value => _read.Add(value));
            reader.Section("Part", static _ => { });
        });

        _problems.Should().Equal("s:Key must be a whole number; it is a section.", "s:Part must be a section of settings; it is '5'.");
    }

    [Safeguard("A refused configuration value is shown without secrets", SwitchedOff = "`SectionReader.Shown` returns the text")]
    [Fact, Trait("Spec", "FH3")]
    public void A_secret_in_a_wrong_place_is_not_repeated()
    {
        Read("Host=db;Password=hunter2", static (reader, read) => reader.Int32("Key", value => read(value)));

        _problems.Should().Equal("s:Key must be a whole number; it is '<connection string>'.");
    }

    [Safeguard("An unknown configuration key is refused", SwitchedOff = "`SectionReader.Read` does not look for keys that nothing asked for")]
    [Theory, Trait("Spec", "FH2")]
    [InlineData("BatchSzie", "did you mean BatchSize?")]
    [InlineData("batchsizes", "did you mean BatchSize?")]
    [InlineData("LeaseDuratoin", "did you mean LeaseDuration?")]
    [InlineData("Colour", "known are BatchSize, LeaseDuration.")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string key, string hint)
    {
        SectionReader.Read(Section((key, "1")), _problems, static reader =>
        {
            reader.Int32("BatchSize", static _ => { });
            reader.Duration("LeaseDuration", static _ => { });
        });

        _problems.Should().Equal($"s:{key} is unknown; {hint}");
    }

    [Fact, Trait("Spec", "FH2")]
    public void A_section_under_a_name_of_another_service_is_passed_on_and_a_value_is_refused()
    {
        var foreign = new List<string>();
        SectionReader.Read(Section(("Queues:orders:Prefetch", "1"), ("Queues:stock:Prefetch", "1"), ("Queues:loose", "1")), _problems,
            reader => reader.Sections("Queues", static key => key == "orders", foreign));

        foreign.Should().Equal("s:Queues:stock");
        _problems.Should().ContainSingle().Which.Should().StartWith("s:Queues:loose is unknown");
    }

    [Fact, Trait("Spec", "FH2")]
    public void A_name_that_is_nearly_a_key_is_a_misspelling_and_not_another_service()
    {
        var foreign = new List<string>();
        SectionReader.Read(Section(("Realy:BatchSize", "1"), ("Rally:BatchSize", "1"), ("reporting:BatchSize", "1")), _problems, reader =>
        {
            reader.Section("Relay", static _ => { });
            reader.NamedSections(static _ => false, foreign);
        });

        foreign.Should().BeEquivalentTo("s:Rally", "s:reporting");
        _problems.Should().ContainSingle().Which.Should().StartWith("s:Realy is unknown; did you mean Relay?");
    }

    [Fact]
    public void A_list_of_durations_names_each_wrong_entry_and_may_be_empty()
    {
        IReadOnlyList<TimeSpan>? read = null;
        SectionReader.Read(Section(("Delays:0", "00:00:01"), ("Delays:1", "30")), _problems, reader => reader.Durations("Delays", value => read = value));

        read.Should().Equal(TimeSpan.FromSeconds(1));
        _problems.Should().ContainSingle().Which.Should().StartWith("s:Delays:1 must be a duration like 00:00:30");

        SectionReader.Read(Section(("Delays", "")), _problems, reader => reader.Durations("Delays", value => read = value));

        read.Should().BeEmpty();
    }

    private static IConfigurationSection Section(params (string Key, string? Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"s:{setting.Key}", setting.Value)))
            .Build().GetSection("s");

    private void Read(string? text, Action<SectionReader, Action<object>> read)
        => SectionReader.Read(Section(("Key", text)), _problems, reader => read(reader, _read.Add));
}
