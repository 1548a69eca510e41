using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Kairship.Server.Reports.Pages;

/// <summary>HTML on its way: what stands in the source is taken as it is, and whatever is put into it is encoded, for texts and for attributes in double quotes.</summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();

    public Markup Add([InterpolatedStringHandlerArgument("")] ref Piece piece)
    {
        _ = piece;
        return this;
    }

    public override string ToString() => text.ToString();

    [InterpolatedStringHandler]
    internal readonly struct Piece(int literalLength, int formattedCount, Markup markup)
    {
        public void AppendLiteral(string value)
        {
            _ = (literalLength, formattedCount);
            markup.text.Append(value);
        }

        public void AppendFormatted(string? value) => markup.text.Append(HtmlEncoder.Default.Encode(value ?? ""));

        /// <summary>Places and sizes of a picture.</summary>
        public void AppendFormatted(double value) => markup.text.Append(value.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
