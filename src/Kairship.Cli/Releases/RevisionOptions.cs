using System.CommandLine;
using Kairship.Api.Releases;
using Kairship.Cli.Output;

namespace Kairship.Cli.Releases;

/// <summary>How a command is told which revision is meant.</summary>
internal sealed class RevisionOptions
{
    private readonly Option<string?> _source = new("--source", "-f") { Description = "File or folder of manifests ('-': standard input)" };
    private readonly Option<string[]> _images = new("--image") { Description = "NAME=TAG: the current revision with this image's tag, again for each", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _revision = new("--revision", "-r") { Description = "What the revision is called [default: r and its number]; alone: an existing one" };

    public Command AddTo(Command command)
    {
        command.Options.Add(_source);
        command.Options.Add(_images);
        command.Options.Add(_revision);
        return command;
    }

    public async Task<(string? Source, IReadOnlyList<ImageTag>? Images, string? Revision)> ReadAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var images = Sources.Pairs(result.GetValue(_images)!, "--image").Select(p => new ImageTag(p.Key, p.Value)).ToList();
        var source = result.GetValue(_source);
        var revision = result.GetValue(_revision);
        if (source is null && images.Count == 0 && revision is null)
        {
            throw new CommandException("say what is meant: --source FILE, --image NAME=TAG, or --revision of one that exists", 2);
        }

        if (source is not null && images.Count > 0)
        {
            throw new CommandException("--source and --image exclude each other: images are set on the current revision", 2);
        }

        return (source is null ? null : await Sources.ReadAsync(source, cancellationToken), images.Count > 0 ? images : null, revision);
    }
}
