using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kairship.Cli.Output;

/// <summary>Durations on the command line: 500ms, 2s, 10m, 1h30m, a sign in front; and 00:05:00, as workflows have them.</summary>
internal static partial class Durations
{
    private const double MostSeconds = 31_536_000;

    /// <exception cref="CommandException">The text is none.</exception>
    public static TimeSpan Parse(string text, string option) => TryParse(text) ?? throw new CommandException(Complaint(text, option), 2);

    /// <summary>An option that takes one.</summary>
    /// <param name="shortest">What is shorter is refused.</param>
    /// <param name="longest">What is longer is refused.</param>
    public static Option<TimeSpan?> Option(string name, string description, TimeSpan shortest, TimeSpan longest)
    {
        var option = new Option<TimeSpan?>(name)
        {
            Description = description,
            HelpName = "duration",
            CustomParser = given =>
            {
                var text = given.Tokens[0].Value;
                var read = TryParse(text);
                if (read is null)
                {
                    given.AddError(Complaint(text, name));
                }
                else if (read < shortest || read > longest)
                {
                    given.AddError($"'{text}' is no value for {name}: it must be from {Delivery.Applications.GoDuration.Format(shortest)} to {Delivery.Applications.GoDuration.Format(longest)}");
                }

                return read;
            },
        };
        return option;
    }

    private static string Complaint(string text, string option) => $"'{text}' is no value for {option}: it must be a duration such as 500ms, 90s, 1h30m or 00:05:00, of a year at most";

    /// <summary>null: it is none.</summary>
    private static TimeSpan? TryParse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var clock) && clock.Duration().TotalSeconds <= MostSeconds ? clock : null;
        }

        var seconds = 0.0;
        foreach (Match part in Part().Matches(text))
        {
            seconds += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86400,
            };
        }

        return Whole().IsMatch(text) && seconds <= MostSeconds ? TimeSpan.FromSeconds(text.StartsWith('-') ? -seconds : seconds) : null;
    }

    [GeneratedRegex(@"^-?([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d))+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}
