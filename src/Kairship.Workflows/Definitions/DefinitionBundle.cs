using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Definitions;

/// <summary>One definition of a bundle, as text.</summary>
/// <param name="Name">The file in a zip; the place in a list otherwise.</param>
public sealed record BundleEntry(string Name, string Json);

/// <summary>What a bundle holds. <see cref="Problem"/> is not null when it cannot be taken as a whole: then there are no entries.</summary>
public sealed record BundleContent(IReadOnlyList<BundleEntry> Entries, string? Problem);

/// <summary>
/// Definitions as they travel: one as JSON, several in a JSON array or in a zip with a file each, in Elsa's shape (an export of Elsa is read here, and ours there). What is read is
/// bounded before it is unpacked.
/// </summary>
public static class DefinitionBundle
{
    /// <summary>Definitions in one bundle.</summary>
    public const int MaxDefinitions = 500;

    /// <summary>Bytes of all definitions together, unpacked.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>How much larger than packed a file of a zip may be.</summary>
    public const int MaxRatio = 200;

    private const string SchemaName = "$schema";

    /// <summary>The designer takes no file that does not say so at its top.</summary>
    private const string Schema = "https://elsaworkflows.io/schemas/workflow-definition/v3.0.0/schema.json";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    /// <summary>Reads JSON (one definition or an array of them) or a zip, whichever it is.</summary>
    public static BundleContent Read(ReadOnlyMemory<byte> content) =>
        content.Length > MaxBytes ? Refused($"The bundle has {content.Length} bytes: at most {MaxBytes} are taken.")
        : content.Span.StartsWith("PK"u8) ? ReadZip(content)
        : ReadJson(content);

    /// <summary>The document of a version: with its marks as they are now, without links.</summary>
    public static JsonObject Document(DefinitionRecord version)
    {
        var json = DefinitionChange.Document(version).ToJsonObject();
        json.Remove("links");
        json.Remove(SchemaName);
        return json;
    }

    public static string WriteOne(DefinitionRecord version) => File(version).ToJsonString(Written);

    /// <summary>A JSON array.</summary>
    public static string WriteList(IEnumerable<DefinitionRecord> versions) => new JsonArray([.. versions.Select(File)]).ToJsonString(Written);

    /// <summary>A zip with one file "&lt;definitionId&gt;.json" for each; the same versions give the same bytes.</summary>
    public static byte[] WriteZip(IEnumerable<DefinitionRecord> versions)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var version in versions)
            {
                var entry = zip.CreateEntry(FileName(version, taken), CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(Math.Clamp(version.CreatedAt.Year, 1980, 2107) == version.CreatedAt.Year ? version.CreatedAt.UtcDateTime : new DateTime(1980, 1, 1), TimeSpan.Zero);
                using var file = entry.Open();
                file.Write(Encoding.UTF8.GetBytes(WriteOne(version)));
            }
        }

        return stream.ToArray();
    }

    private static JsonObject File(DefinitionRecord version)
    {
        var json = Document(version);
        json.Insert(0, SchemaName, Schema);
        return json;
    }

    private static string FileName(DefinitionRecord version, HashSet<string> taken)
    {
        var safe = new string([.. version.DefinitionId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-').Take(100)]);
        var name = $"{safe}.json";
        for (var n = 2; !taken.Add(name); n++)
        {
            name = $"{safe}-{n}.json";
        }

        return name;
    }

    private static BundleContent ReadJson(ReadOnlyMemory<byte> content)
    {
        JsonNode? node;
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.Span).TrimStart('\uFEFF');
            if (!text.AsSpan().TrimStart().StartsWith("["))
            {
                return new BundleContent([new BundleEntry("definition", text)], null);
            }

            node = DefinitionJson.Parse(text);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return Refused($"This is neither JSON nor a zip: {e.Message}");
        }

        var items = (JsonArray)node!;
        return items.Count > MaxDefinitions
            ? Refused($"There are {items.Count} definitions: at most {MaxDefinitions} are taken at once.")
            : new BundleContent([.. items.Select((item, i) => new BundleEntry($"[{i}]", item?.ToJsonString(Written) ?? "null"))], null);
    }

    private static BundleContent ReadZip(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read);
            if (zip.Entries.Count > 2 * MaxDefinitions)
            {
                return Refused($"The zip has {zip.Entries.Count} files: at most {MaxDefinitions} definitions are taken at once.");
            }

            var files = zip.Entries.Where(e => !e.FullName.EndsWith('/')).ToArray();
            if (files.FirstOrDefault(e => !IsPlain(e.FullName)) is { } strange)
            {
                return Refused($"The zip holds '{strange.FullName}': only files *.json with plain relative names are taken.");
            }

            if (files.Length > MaxDefinitions)
            {
                return Refused($"The zip has {files.Length} files: at most {MaxDefinitions} definitions are taken at once.");
            }

            return Unpack(files);
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            return Refused($"The zip cannot be read: {e.Message}");
        }
    }

    /// <summary>What a file says of its own size is not believed: what comes out is counted.</summary>
    private static BundleContent Unpack(ZipArchiveEntry[] files)
    {
        var entries = new List<BundleEntry>();
        var left = (long)MaxBytes;
        foreach (var file in files)
        {
            var most = Math.Min(Math.Min(left, WorkflowDefinition.MaxBytes), Math.Max(file.CompressedLength, 64) * MaxRatio);
            using var stream = file.Open();
            using var memory = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                if (memory.Length + read > most)
                {
                    return Refused($"'{file.FullName}' unpacks to more than {most} bytes: at most {WorkflowDefinition.MaxBytes} for a definition, {MaxBytes} in all, and {MaxRatio} times what is packed.");
                }

                memory.Write(buffer.AsSpan(0, read));
            }

            left -= memory.Length;
            entries.Add(new BundleEntry(file.FullName, new UTF8Encoding(false, true).GetString(memory.GetBuffer().AsSpan(0, (int)memory.Length)).TrimStart('\uFEFF')));
        }

        return new BundleContent(entries, null);
    }

    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= 256 && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !name.StartsWith('/')
        && !name.Any(c => c is '\\' or ':' || char.IsControl(c)) && name.Split('/').All(part => part is not ("" or "." or ".."));

    private static BundleContent Refused(string problem) => new([], problem);
}
