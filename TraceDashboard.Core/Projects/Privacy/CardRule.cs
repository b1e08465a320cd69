using System.Buffers;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>
/// Numbers of payment cards: 13 to 19 digits, alone or in groups with a space or a hyphen between them, that begin as cards do and
/// have the right check digit (Luhn).
/// </summary>
internal sealed class CardRule() : RedactionRule("cardNumbers", "[card]")
{
    private const int Shortest = 13;
    private const int Longest = 19;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");

    public override int RestLength(ReadOnlySpan<char> text) => DigitGroups.RestLength(text);

    public override int HeadLength(ReadOnlySpan<char> text) => DigitGroups.HeadLength(text);

    protected override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length)
    {
        for (start = from; start < text.Length; start++)
        {
            var next = text[start..].IndexOfAny(s_digits);
            if (next < 0)
                break;
            start += next;

            // A number begins where digits begin.
            var group = start;
            while (group < text.Length && char.IsAsciiDigit(text[group]))
                group++;
            if ((start == 0 || !char.IsAsciiDigit(text[start - 1])) && CardLength(text[start..]) is > 0 and var found)
            {
                length = found;
                return true;
            }

            start = group - 1;
        }

        (start, length) = (0, 0);
        return false;
    }

    /// <summary>Length in characters of the card number that the text begins with; 0 when it begins with none. It ends where a group of digits ends.</summary>
    private static int CardLength(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[Longest];
        int count = 0, best = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (count == Longest)
                    break;
                digits[count++] = (byte)(text[i] - '0');
                if ((i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1])) && count >= Shortest && IsCard(digits[..count]))
                    best = i + 1;
            }
            else if (text[i] is not (' ' or '-') || i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1]))
            {
                break;
            }
        }

        return best;
    }

    private static bool IsCard(ReadOnlySpan<byte> digits)
    {
        var head = (digits[0] * 1000) + (digits[1] * 100) + (digits[2] * 10) + digits[3];
        var isKnown = (digits.Length, head) switch
        {
            (13 or 16 or 19, >= 4000 and <= 4999) => true, // Visa
            (16, >= 5100 and <= 5599 or >= 2221 and <= 2720) => true, // Mastercard
            (15, >= 3400 and <= 3499 or >= 3700 and <= 3799) => true, // American Express
            (14, >= 3000 and <= 3059 or >= 3600 and <= 3699 or >= 3800 and <= 3999) => true, // Diners Club
            ( >= 16, >= 3528 and <= 3589) => true, // JCB
            ( >= 16, 6011 or >= 6440 and <= 6599 or >= 6200 and <= 6299) => true, // Discover, UnionPay
            ( >= 13, >= 5000 and <= 5099 or >= 5600 and <= 5999 or >= 6300 and <= 6399 or >= 6700 and <= 6799) => true, // Maestro
            _ => false,
        };
        if (!isKnown)
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (int)digits[^(i + 1)];
            if (i % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }
}
