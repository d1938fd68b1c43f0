let k = 0;
while (k >= 0) k = (k + 1) % 10;
export default k;
